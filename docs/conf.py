"""How the documentation becomes a site: `run.py docs`, or by hand.

    python -m sphinx -c docs . outputs/docs

The source folder is the top folder, so that pages, notebooks and the data dictionary keep the
relative links that a forge follows. Nothing is executed and nothing is loaded from the network.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs" / "_site")]

project = "ketamine-outcomes"
author = "The ketamine-outcomes developers"
project_copyright = author  # without a year: the same pages, the same bytes
language = "en"

extensions = ["sphinx.ext.autodoc", "numpydoc", "myst_nb", "navigation", "public_names", "mathtext"]
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "docs/*/*.md",
    "notebooks/*.ipynb",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "simulations/README.md",
    "data/synthetic/clinic-network/DICTIONARY.md",
]
exclude_patterns = ["local", "outputs", ".venv", ".git", "**/.ipynb_checkpoints", "docs/local"]
nitpicky = True
default_role = "public-name"  # of docstrings; Markdown has none
templates_path = ["_site/templates"]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_dmath_double_inline = True
nb_execution_mode = "off"  # notebooks are committed with the outputs that tests compare
nb_merge_streams = True

autodoc_typehints = "none"  # the docstrings say it in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "ketamine-outcomes"
html_static_path = ["_site/static"]
html_css_files = ["site.css"]
html_math_renderer = "mathtext"
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_additional_pages = {"index": "forward.html"}
html_context = {"default_mode": "auto"}
html_sidebars = {
    page: [] for page in ("docs/index", "docs/start", "docs/glossary", "docs/cite", "[A-Z]*")
}
html_theme_options = {
    "header_links_before_dropdown": 7,
    "navbar_align": "left",
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
