"""The operations of `/v1` the client knows, method and path by operation id; a test compares them with the API."""

OPERATIONS: dict[str, tuple[str, str]] = {
    "freeze_order": ("POST", "/orders"),
    "read_order": ("GET", "/orders/{order_id}"),
    "submit_case": ("POST", "/cases"),
    "list_cases": ("GET", "/cases"),
    "read_case": ("GET", "/cases/{case_id}"),
    "add_evidence": ("POST", "/cases/{case_id}/evidence"),
    "say": ("POST", "/cases/{case_id}/messages"),
    "review": ("POST", "/cases/{case_id}/reviews"),
    "list_decisions": ("GET", "/cases/{case_id}/decisions"),
    "read_decision": ("GET", "/cases/{case_id}/decisions/{decision_id}"),
    "list_documents": ("GET", "/cases/{case_id}/documents"),
    "read_document": ("GET", "/cases/{case_id}/documents/{sha256}"),
    "list_outcomes": ("GET", "/outcomes"),
    "list_keys": ("GET", "/keys"),
    "read_this_key": ("GET", "/keys/this"),
    "play_payment": ("POST", "/sandbox/payments"),
    "force_outcome": ("POST", "/sandbox/cases/{case_id}/outcome"),
}
