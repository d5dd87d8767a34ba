"""What CPython's own ast sees in programs given as a JSON list on standard input: imported names, and calls with their constant texts."""
import ast
import json
import sys


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return "?"


def imported(node):
    if isinstance(node, ast.Import):
        return [[one.asname or one.name.split(".")[0], one.name if one.asname else one.name.split(".")[0]] for one in node.names]
    dots = "." * node.level
    return [[one.asname or one.name, f"{dots}{node.module or ''}.{one.name}"] for one in node.names if one.name != "*"]


def text(node):
    value = node.value
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else None


def read(source):
    tree = ast.parse(source)
    imports = [pair for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for pair in imported(node)]
    calls = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            texts = [text(one) for one in node.args if isinstance(one, ast.Constant) and text(one) is not None]
            names = [one.arg for one in node.keywords if one.arg]
            calls.append([dotted(node.func), texts, names])
    return {"imports": sorted(imports), "calls": sorted(calls)}


json.dump([read(source) for source in json.load(sys.stdin)], sys.stdout)
