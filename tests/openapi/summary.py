"""Adds up a run of Schemathesis: summary.json, and a line for people. Argument: the exit code of the run."""

import json
import sys

status = int(sys.argv[1])
with open("answers.json") as file:
    operations = json.load(file)
with open("/dev/null" if status == 2 else "report.json") as file:
    text = file.read()
report = json.loads(text) if text else {}
cases = sum(sum(statuses.values()) for statuses in operations.values())
documented = {name for name in operations if any(code != "405" for code in operations[name])}
undone = sorted(name for name in documented if not any(code.startswith("2") for code in operations[name]))
broken = sorted(name for name in operations if any(code.startswith("5") for code in operations[name]))
problems = []
if status != 0:
    problems.append(f"Schemathesis ended with {status}: see target/openapi/run.log")
if cases < 2000:
    problems.append(f"only {cases} cases were tried")
if undone:
    problems.append(f"never done: {', '.join(undone)}")
if broken:
    problems.append(f"answered 5xx: {', '.join(broken)}")
summary = {"cases": cases, "operations": len(documented), "problems": problems, "answers": operations}
with open("summary.json", "w") as file:
    json.dump(summary, file, indent=1)
print(f"{cases} cases of {len(documented)} operations, {len(problems)} problems")
for problem in problems:
    print(f"  {problem}")
sys.exit(1 if problems else 0)
