from hashlib import sha256
from json import loads
from pathlib import Path

draw, text = loads(Path("draw.json").read_text("utf-8")), Path("list.txt").read_bytes()
left, order, counter = [line.split("\t")[1] for line in text.decode().split("\n") if line.endswith("\teligible")], list[str](), 0
while left and len(order) < len(draw["order"]):
    seed, counter = f"{draw['secret']}\n{sha256(text).hexdigest()}\n{draw['public_value']}\n{counter}", counter + 1
    order += [left.pop(n % len(left))] if (n := int(sha256(seed.encode()).hexdigest(), 16)) < 2**256 - 2**256 % len(left) else []
print(sha256(draw["secret"].encode()).hexdigest() == draw["commitment"], order == draw["order"], *order)
