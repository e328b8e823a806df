from setuptools import setup

setup(name="deepnet", package_dir={"": "src"})
