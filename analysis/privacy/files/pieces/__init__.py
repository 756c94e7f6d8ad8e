"""Readers of files, one per kind: they give pieces with their place, a little at a time."""

from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.reading import DATA_ENDINGS, pieces_of
from analysis.privacy.files.pieces.source import Source

__all__ = ["DATA_ENDINGS", "Limits", "Piece", "Source", "Trouble", "pieces_of"]
