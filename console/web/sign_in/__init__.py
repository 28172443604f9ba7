"""Signing in and out, and turning from one merchant to another."""

from console.web.sign_in.routes import router

__all__ = ["router"]
