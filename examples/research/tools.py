"""The tools of the research assistant. Nothing in them knows about Aegis."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

ARTICLES = [
    {"title": "Home storage is 18 % cheaper than a year ago", "url": "https://news.solar.example/storage-2026"},
    {"title": "Why solar storage prices differ between countries", "url": "https://news.solar.example/prices-by-country"},
    {"title": "Recycling of panels becomes a business", "url": "https://news.solar.example/recycling"},
]


def sales() -> sqlite3.Connection:
    """A real SQLite database in memory with three customers and twelve orders; amounts are whole euros."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.executescript(
        """
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers, quarter TEXT, amount INTEGER);
        INSERT INTO customers VALUES (1, 'Brook Farms'), (2, 'Castillo Energy'), (3, 'Dunn & Sons');
        """
    )
    rows = [(customer, f"2026-Q{quarter}", 10_000 * customer + 2_500 * quarter) for customer in (1, 2, 3) for quarter in (1, 2, 3, 4)]
    connection.executemany("INSERT INTO orders (customer, quarter, amount) VALUES (?, ?, ?)", rows)
    return connection


class Tools:
    """Search, the sales database, notes and reports; `outbox` holds what was sent, since no mail is sent from here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = sales()
        self.outbox: list[dict[str, str]] = []

    def search_web(self, query: str) -> str:
        words = query.lower().split()
        found = [one for one in ARTICLES if any(word in one["title"].lower() for word in words)]
        return json.dumps(found or "Nothing found.")

    def query_sales(self, sql: str) -> str:
        cursor = self.database.execute(sql)
        names = [column[0] for column in cursor.description or []]
        return json.dumps([dict(zip(names, row)) for row in cursor.fetchall()])

    def write_note(self, title: str, text: str) -> str:
        name = "".join(letter if letter.isalnum() else "-" for letter in title)[:60]
        (self.folder / f"{name}.txt").write_text(text, encoding="utf-8")
        return f"Written as {name}.txt."

    def send_report(self, to: str, subject: str, text: str) -> str:
        self.outbox.append({"to": to, "subject": subject, "text": text})
        return f"Sent to {to}."

    def named(self, name: str) -> Callable[..., str] | None:
        return {one["function"]["name"]: getattr(self, one["function"]["name"]) for one in SCHEMAS}.get(name)


def _tool(name: str, description: str, *parameters: str) -> dict[str, Any]:
    properties = {parameter: {"type": "string"} for parameter in parameters}
    schema = {"type": "object", "properties": properties, "required": list(parameters)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


SCHEMAS = [
    _tool("search_web", "Search the news", "query"),
    _tool("query_sales", "Run one SQL statement on the sales database (SQLite: customers, orders)", "sql"),
    _tool("write_note", "Keep a note as a file", "title", "text"),
    _tool("send_report", "Send a report by mail", "to", "subject", "text"),
]
