"""Signing in and out, and turning from one merchant to another."""

from console.web.sign_in.provider_routes import router as provider_router
from console.web.sign_in.routes import router

__all__ = ["provider_router", "router"]
