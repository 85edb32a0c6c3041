"""A lawyer can read the policy alone: it starts without any of the heavy libraries."""

import subprocess
import sys


def test_the_policy_imports_only_the_standard_library_and_yaml():
    script = (
        "import sys; before = {name.split('.')[0] for name in sys.modules}; import serving.policy; "
        "after = {name.split('.')[0] for name in sys.modules} - before - sys.stdlib_module_names; "
        "print(sorted(name for name in after if 'cython' not in name))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['serving', 'yaml']"
