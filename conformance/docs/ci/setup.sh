#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: everything that grading needs.
set -euo pipefail

root="${AUTOGRADER:-/autograder}"
package="${GRADMARK:-gradmark[cli,report]}"

apt-get update
apt-get install -y --no-install-recommends python3 python3-venv
python3 -m venv "$root/venv"
"$root/venv/bin/pip" install "$package"
