from operators_later.core import Variable, setup_variable

setup_variable()
