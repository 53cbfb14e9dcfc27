from hashlib import sha256
from json import loads
from pathlib import Path

draw = loads(Path("draw.json").read_text("utf-8"))
seed = f"{draw['secret']}\n{sha256(Path('list.txt').read_bytes()).hexdigest()}\n{draw['public_value']}\n"
left = [line.split("\t")[1] for line in Path("list.txt").read_text("utf-8").split("\n") if line.endswith("\teligible")]
numbers = (int(sha256(f"{seed}{counter}".encode()).hexdigest(), 16) for counter in range(10**9))
order = [left.pop(next(n for n in numbers if n < 2**256 - 2**256 % len(left)) % len(left)) for _ in draw["order"]]
print(sha256(draw["secret"].encode()).hexdigest() == draw["commitment"], order == draw["order"], *order)
