"""Invented exports of a clinic network, with their truth."""
