"""Stateful simulators of marketplaces and AI providers: own process, own state file.

Imports nothing of the product but sellercloudx.lib. See docs/sandbox.md.
"""
