"""Runs the portal: ``python -m apps.portal --port 8500``; ``saegim up`` does it."""

from __future__ import annotations

import argparse

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from apps.portal.app import make_app
from workbench.bench import open_workbench

JSON_LOGS = {**LOGGING_CONFIG, "formatters": {
    name: {"()": "workbench.json_lines.JsonLines"} for name in LOGGING_CONFIG["formatters"]}}
"""What uvicorn writes, a line of JSON a record."""


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m apps.portal", description="The portal, as saegim up starts it.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8500)
    arguments = parser.parse_args()
    bench = open_workbench()
    proxies = bench.settings.portal_proxies
    uvicorn.run(make_app(bench), host=arguments.host, port=arguments.port, server_header=False, access_log=False,
                proxy_headers=bool(proxies), forwarded_allow_ips=proxies or None,
                log_config=JSON_LOGS if bench.settings.log_format == "json" else LOGGING_CONFIG)


if __name__ == "__main__":
    main()
