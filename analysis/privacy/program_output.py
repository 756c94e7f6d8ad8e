"""Identifiers in what programs print: times of a run, versions, methods and their papers are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.privacy.detector import Match
from analysis.privacy.patterns import identifiers_in

__all__ = ["USER_PATH", "identifiers_in_output", "user_paths_in"]

USER_PATH = "user name in a path"

_METHODS = (
    r"interval|test|score|method|statistic|correction|estimator|model|distribution|criterion|information|index|regression|"
    r"transform|process|adjustment|procedure|variance|covariance|matrix|residuals?|plot|curve|trick|sandwich|kernel|CI|"
    r"limits?|bounds?|approximation|hazards?|square|range|design|rule|filter|algorithm|distance|prior|formula|weights?"
)
_RUN = (
    # times of a run: summaries of statsmodels and lifelines, headers of logs
    r"(?m)^ *(?:Date|Time)s?:\s+\S.*?(?=\s{3,}|$)|time fit was run\s*[=:].*$|run ended.*$|fitted on .*$",
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?=\s*[-\[|]*\s*(?:[\w.]+\s*[-|:\]]*\s*)?"
    r"\[?(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL)\b)",
    r"(?i)\b(?:generated|created|rendered|printed|executed|last (?:run|updated|modified)|report(?: date)?|built|compiled|exported|"
    r"run|started|finished|as of|version|released?|data cut-?off|extract(?:ed)?|copyright|©|\(c\))\s*(?:on|at|date|time)?\s*[:=]?\s*"
    r"(?:\w+,? )?(?:\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2}[/.]\d{1,2}[/.]\d{4}|[A-Z][a-z]+ \d{4})"
    r"(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?(?: ?(?:UTC|GMT|Z|[+-]\d\d:?\d\d))?",
    r"(?i)https?://(?:[\w-]+\.)*(?:pydata|readthedocs|python|scipy|numpy|matplotlib|github|statsmodels|jupyter|ipython|doi|"
    r"w3|wikipedia|scikit-learn|plotly|bokeh|r-project|cran|nih|cdc|hhs|fda|ema|loinc|hl7|snomed|who|ecfr|arxiv|stackoverflow|"
    r"conda|anaconda|pypi|apache|mozilla|openxmlformats|microsoft|purl|dublincore|adobe|schemas|vega|altair-viz)"
    r"\.(?:org|com|io|gov|net|int|eu|github|edu)[^\s<>\"'?@]*",
    # methods and the people they are named after
    rf"\b[A-Z][a-zé]+(?:['’]s)?(?:[\s–-]+(?:and |& )?[A-Z][a-zé]+){{0,2}}(?:['’]s?)?[\s–-]+(?:{_METHODS})(?!\w)",
    r"\b[A-Z][a-zé]+[–-][A-Z][a-zé]+(?:[–-][A-Z][a-zé]+)?(?:['’]s)?\b",
    r"\b[A-Z][\w’'-]+(?:,? (?:and|&) [A-Z][\w’'-]+| et al\.?|,? [A-Z]\.(?: ?[A-Z]\.)*)?,? \(?(?:19|20)\d\d[a-z]?\)?",
    r"(?i)\b(?:wilson|newton|fisher|welch|student|huber|white|hommel|holm|sidak|tukey|scheff[eé]|dunnett|bonferroni|hochberg|"
    r"efron|breslow|greenwood|turnbull|nelder|powell|brent|pearson|spearman|kendall|kenward|roger|satterthwaite|cox|gray|peto|"
    r"clopper|agresti|jeffreys|miettinen|rubin|barnard|harrell|cook|cohen|hedges|levene|bartlett|friedman|wilcoxon|mcnemar|"
    r"mantel|haenszel|cochran|simpson|bayes|markov|gauss|poisson|weibull|gompertz|cholesky|toeplitz|durbin|watson|jarque|bera|"
    r"omnibus|box|lee|philox|wald|rao|lagrange|akaike|schwarz|hurvich|tsai)(?:['’]s)?\b(?=\s*(?:[,;:=)\]\"'(]|$|\d|<|>|stat|p\b|\())",
    r"\b[A-Z][\w&]*(?: (?:of|and|for|in|the|&|[A-Z][\w&]*))*? (?:Journal|Psychiatry|Medicine|Lancet|Statistics|Biometri\w+|Therapeutics|"
    r"Neuropsychopharmacology|Disorders|Pharmacology|Trials|Association)\b|Journal of (?:[A-Z]\w+ ?)+",
    r"\bv?\d+\.\d+\.\d+(?:\.\d+)?(?:[-+.]?(?:dev|rc|post|a|b)\d*)?\b(?=\s*(?:\(|$|[,;|)]|\n|<))",
    r"\b(?:127\.0\.0\.1|0\.0\.0\.0|::1|255\.255\.255\.\d+)\b",
    r"<[\w.]+(?: object)?(?: [^<>]*)? at 0x[0-9a-fA-F]+>|\b0x[0-9a-fA-F]+\b|\bA8A8A8\b|#[0-9a-fA-F]{6}\b",
    r"(?i)\b(?:SHA-?\d*|digest|hash|commit|checksum|md5|revision|sha256)\b[\s:=|]*[0-9a-f]{7,128}\b",
    r"(?i)\b[\w.-]+\.(?:png|svg|jpe?g|pdf|csv|parquet|html|ipynb|json|xlsx|docx)\b(?=\s*(?:written|saved|$))",
)
_NO_IDENTIFIER = re.compile("|".join(f"(?:{pattern})" for pattern in _RUN))
_HIDDEN = "\x01"
_WHOLE_ONLY = {"five-digit code", "long number", "time stamp", "licence plate", "national provider identifier"}
_WIDE_GAP = re.compile(r"^[-+]?\d+\.\d+[\s/]+[-+]?\d+\.\d+$")
_DECIMAL_MONTH = re.compile(r"\d{1,2}\.\d{4}|\d{4}\.\d{2}")
_USER_PATH = re.compile(
    r"(?i)(?:[A-Z]:)?(?:\\\\?|/)(?:Users|Benutzer|Utilisateurs|Usuarios|Documents and Settings)(?:\\\\?|/)(?P<a>[^\\/\s:*?\"<>|'`,;)\]]+(?: [A-Z][^\\/\s:*?\"<>|'`,;)\]]+)?(?=[\\/])|[^\\/\s:*?\"<>|'`,;)\]]+)"
    r"|(?<![\w.])/(?:home|export/home|data/home|mnt/home|nfs/home)/(?P<b>[^/\s:*?\"<>|'`,;)\]]+)"
    r"|\\\\\\?\\?[\w.-]+\\(?:users|home|homes|profiles)\$?\\(?P<c>[^\\\s:*?\"<>|'`]+)|/var/folders/(?P<d>\w\w/\w{20,})"
)
_NOBODY = re.compile(
    r"(?i)(?:public|default|all users|shared|user|users|username|user_name|yourname|your_name|you|me|jovyan|runner|runneradmin|vscode|ubuntu|ec2-user|"
    r"root|admin|administrator|docker|conda|rstudio|app|local|work|workspace|analyst|name|build|circleci|travis|codespace|"
    r"node|jenkins|student|containeruser|dev|builder|[<{$%\[(.~*].*|\.+|x+)"
)


def identifiers_in_output(text: str) -> tuple[Match, ...]:
    """Find what may identify a person in text that a program printed.

    Parameters
    ----------
    text : str
        An output, a log, a page.

    Returns
    -------
    tuple of Match
        As `identifiers_in`, without what programs print by themselves: the time of a run,
        versions, digests, addresses of documentation, methods named after their inventors, and
        numbers that only stand beside each other.

    Examples
    --------
    >>> identifiers_in_output("Wilson interval, Date: Tue, 26 Nov 2024")
    ()
    >>> [match.kind for match in identifiers_in_output("Seen on 2024-03-15")]
    ['date']
    """
    plain = _NO_IDENTIFIER.sub(lambda match: _HIDDEN * len(match[0]), text)
    return tuple(match for match in identifiers_in(plain) if _counts(match, plain))


def _counts(match: Match, text: str) -> bool:
    """Tell whether a match in printed text is worth a finding."""
    if match.kind in _WHOLE_ONLY or (match.kind == "telephone number" and text[match.start:match.end].isdigit()):
        return False
    shown = text[match.start : match.end].strip()
    if match.kind == "coordinates" and _WIDE_GAP.match(shown):
        return False
    if match.kind == "user name":
        return True
    return not (match.kind == "year and month" and _DECIMAL_MONTH.fullmatch(shown))


def user_paths_in(text: str) -> Iterator[Match]:
    """Find paths that hold the name of a user of the computer.

    Parameters
    ----------
    text : str
        Any text.

    Yields
    ------
    Match
        Where the name stands; names that everybody has, such as ``Public``, are left out.

    Examples
    --------
    >>> [match.kind for match in user_paths_in(r"C:\\\\Users\\\\jdoe\\\\data.csv")]
    ['user name in a path']
    >>> list(user_paths_in("/home/jovyan/work"))
    []
    """
    for match in _USER_PATH.finditer(text):
        group = next(name for name, value in match.groupdict().items() if value)
        if not _NOBODY.fullmatch(match[group]):
            start, end = match.span(group)
            yield Match(element=18, kind=USER_PATH, start=start, end=end)
