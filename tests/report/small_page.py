"""A handwritten page with one of everything that a report's page holds."""

import base64
import struct
import zlib


def png(width=300, height=200):
    """Draw a grey picture; the size is that of the header."""
    rows = zlib.compress((b"\0" + b"\x80" * width) * height, 9)
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", rows))
    chunks = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in (*parts, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


ALT = "Line chart of mean scores by week. Conclusion: Scores fall until week 4."
TABLE = """<div id="table-outcomes" style="overflow: auto"><style>#table-outcomes td {}</style>
<table class="gt_table"><thead>
<tr><td colspan="3" class="gt_heading gt_title"><strong>Outcomes</strong></td></tr>
<tr class="gt_heading"><td colspan="3" class="gt_heading gt_subtitle">By regimen</td></tr>
<tr class="gt_col_headings"><th class="gt_left" scope="col"></th>
<th class="gt_right" scope="col">ketamine IM<br><span style="font-weight:400">n = 1,205</span></th>
<th class="gt_right" scope="col">ketamine IV</th></tr></thead>
<tbody><tr class="gt_group_heading_row"><th colspan="3" scope="colgroup">Response</th></tr>
<tr><th scope="row" class="gt_left">Mean change</th><td class="gt_right">\u22127.30</td>
<td class="gt_right">-8.0</td></tr>
<tr><th scope="row" class="gt_left">=cmd|' /C calc'!A0</th><td class="gt_right">1,205</td>
<td class="gt_right">&lt;11</td></tr></tbody>
<tfoot><tr><td colspan="3"><span>SD, standard deviation.</span></td></tr>
<tr><td colspan="3">Counts under 11 are hidden.</td></tr></tfoot></table></div>"""
NUMBERS = """<table class="ko"><thead><tr><th scope="col">visit</th>
<th scope="col" class="number">mean</th></tr></thead>
<tbody><tr><td>week 4</td><td class="number">9.10</td></tr></tbody></table>"""
SPANS = """<table><thead><tr><th rowspan="2">clinic</th><th colspan="2">score</th></tr>
<tr><th>mean</th><th>n</th></tr></thead>
<tbody><tr><td rowspan="2">A</td><td>9.5</td><td>40</td></tr>
<tr><td>8.5</td><td>31</td></tr></tbody></table>"""


def page(body="", *, footer=""):
    """Put a body between everything that stands around it."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>Tab</title><style>p {{}}</style></head><body>
<a class="skip" href="#content">Skip to the results</a>
<header><h1>Quality of care</h1><p class="subtitle">8 clinics; synthetic</p>
<p class="banner">Counts from 1 to 10 are hidden.</p></header>
<nav><ol><li><a href="#glance-section">At a glance</a></li></ol></nav>
<main id="content">{body}</main><footer id="provenance">{footer}</footer></body></html>"""


def figure(width=300, height=200):
    """Write a figure with its numbers."""
    data = base64.b64encode(png(width, height)).decode("ascii")
    return (
        f'<figure><img alt="{ALT}" src="data:image/png;base64,{data}"/><details>'
        f"<summary>The numbers in this figure</summary>{NUMBERS}</details></figure>"
    )


BODY = f"""<section id="glance-section"><h2 id="glance">At a glance</h2>
<ul class="points"><li>610 patients; see <a href="#table-outcomes">the outcomes</a>.</li></ul>
<p class="limits"><strong>Read with care.</strong> Change is <em>not</em> effect.</p></section>
<section><div class="cell"><h2 id="outcomes-1">Outcomes &amp; change</h2>
<p>A score of
two   lines, <code>mmrm</code>, and <a href="https://example.org/a">a source</a>.</p>
{TABLE}
<h3 id="outcomes-2">Course</h3>{figure()}
<p class="gap">Not shown: needs 11 patients.</p>
<ol><li>first<ul><li>below</li></ul></li><li>second</li></ol>
<pre>a   1
b  22</pre>
<blockquote><p>As the rule says.</p></blockquote>
<dl><dt>SMD</dt><dd>standardised difference</dd></dl>
{SPANS}</div></section>"""
FOOTER = """<h2>Provenance</h2><p>Made today.</p>
<table class="ko"><caption>Where the numbers come from</caption>
<thead><tr><th>name</th><th>value</th></tr></thead>
<tbody><tr><td>seed</td><td>2033</td></tr></tbody></table>"""
WHOLE = page(BODY, footer=FOOTER)
