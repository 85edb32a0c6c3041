"""A lawyer can read the policy alone: it starts without any of the heavy libraries."""

import re
import subprocess
import sys
from pathlib import Path

import serving.policy


def test_the_policy_imports_only_the_standard_library_yaml_and_the_calendar():
    script = (
        "import sys; before = {name.split('.')[0] for name in sys.modules}; import serving.policy; "
        "after = {name.split('.')[0] for name in sys.modules} - before - sys.stdlib_module_names; "
        "print(sorted(name for name in after if 'cython' not in name))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['chinese_calendar', 'serving', 'yaml']"


def test_numbers_in_columns_are_the_table_s_alone():
    policy = Path(serving.policy.__file__).parent
    outside = [path for path in policy.rglob("*.py") if policy / "table" not in path.parents]
    heavy = [
        path.name
        for path in outside
        if re.search(r"(import|from) (numpy|pyarrow|pandas)", path.read_text("utf-8"))
    ]
    assert heavy == []
