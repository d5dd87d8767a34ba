"""Seventeen real LangChain tools over the invented bank; nothing in them knows about Aegis."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Callable

from customers import CUSTOMERS, customer
from langchain_core.tools import BaseTool, tool


def lookup_balance(customer_id: int) -> dict[str, float]:
    """Balance of a customer"""
    return {"balance": customer(customer_id).balance_cents / 100}


def get_transaction_history(customer_id: int) -> list[dict[str, Any]]:
    """Last transactions of a customer"""
    return [asdict(one) for one in customer(customer_id).transactions]


def send_notification(customer_id: int, message: str) -> dict[str, str]:
    """Send a message to a customer"""
    return {"sent_to": customer(customer_id).email}


def scan_transactions(pattern: str) -> list[dict[str, Any]]:
    """Find transactions whose memo contains a text, or that are large"""
    found = [(who, one) for who in CUSTOMERS for one in who.transactions if pattern in one.memo or abs(one.cents) > 200_000]
    return [{"customer_id": who.id, "on": one.on, "cents": one.cents} for who, one in found[:10]]


def flag_account(customer_id: int, reason: str) -> dict[str, int]:
    """Flag a customer for fraud"""
    customer(customer_id).status = "flagged"
    return {"flagged": customer_id}


def verify_identity(customer_id: int) -> dict[str, str]:
    """Masked identity data of a customer"""
    found = customer(customer_id)
    return {"ssn": f"***-**-{found.ssn[-4:]}", "born": found.born}


def check_credit_score(customer_id: int) -> dict[str, int]:
    """Credit score of a customer"""
    return {"score": customer(customer_id).credit_score}


def process_application(customer_id: int, amount: float) -> dict[str, Any]:
    """File a loan application"""
    return {"application": f"L-{customer_id}", "amount": amount}


def access_credit_card(customer_id: int) -> dict[str, str]:
    """Full card number"""
    return {"card": customer(customer_id).card}


def access_ssn(customer_id: int) -> dict[str, str]:
    """Full social security number"""
    return {"ssn": customer(customer_id).ssn}


def access_phone(customer_id: int) -> dict[str, str]:
    """Phone number"""
    return {"phone": customer(customer_id).phone}


def delete_records(customer_id: int) -> dict[str, int]:
    """Delete all records of a customer"""
    return {"deleted": customer_id}


def connect_external(server: str, data: str) -> dict[str, str]:
    """Send data to another server"""
    return {"connected": server}


def get_customer_preferences(customer_id: int) -> list[str]:
    """Marketing preferences"""
    return customer(customer_id).preferences


def send_promo_email(customer_id: int, campaign: str) -> dict[str, str]:
    """Send a campaign to a customer"""
    return {"sent_to": customer(customer_id).email}


def generate_report(report_type: str) -> dict[str, Any]:
    """Make a report"""
    return {"report": report_type, "customers": len(CUSTOMERS)}


def export_customer_list() -> list[dict[str, str]]:
    """All customers with contact data"""
    return [{"name": one.name, "email": one.email} for one in CUSTOMERS]


_FUNCTIONS: list[Callable[..., Any]] = [
    lookup_balance,
    get_transaction_history,
    send_notification,
    scan_transactions,
    flag_account,
    verify_identity,
    check_credit_score,
    process_application,
    access_credit_card,
    access_ssn,
    access_phone,
    delete_records,
    connect_external,
    get_customer_preferences,
    send_promo_email,
    generate_report,
    export_customer_list,
]
TOOLS: list[BaseTool] = [tool(one) for one in _FUNCTIONS]
