"""Identifiers in what programs print: times of a run, versions, methods and their papers are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.privacy.detector import Match
from analysis.privacy.file_walk import name_may_identify
from analysis.privacy.patterns import identifiers_in

__all__ = ["USER_PATH", "identifiers_in_output", "user_paths_in"]

USER_PATH = "user name in a path"

_INVENTORS = (
    r"(?:Aalen|Agresti|Akaike|Anderson|Barnard|Bartlett|Bayes|Bera|Bernoulli|Bland|Bonferroni|Box|Breslow|Breusch|Brookmeyer|"
    r"Brown|Broyden|Cholesky|Clopper|Cochran|Cohen|Cook|Coull|Cox|Cram[eé]r|Crowley|Cronbach|Darling|Day|Dunnett|Durbin|Efron|"
    r"Fine|Fisher|Fleming|Forsythe|Friedman|Gart|Gauss|Gehan|Geisser|Gibbs|Gompertz|Goldfarb|Gray|Greenhouse|Greenwood|Haenszel|"
    r"Harrell|Harrington|Hartigan|Hausman|Hedges|Hessian|Hochberg|Hodges|Holm|Hommel|Hosmer|Huber|Hurvich|Huynh|Feldt|"
    r"Jacobson|Jarque|Jeffreys|Johansen|Jonckheere|Kaplan|Kendall|Kenward|Kolmogorov|Kruskal|Lagrange|Laird|Lehmann|Lemeshow|"
    r"Levenberg|Levene|Lilliefors|Lin|Ljung|Mann|Mantel|Marquardt|Markov|McNemar|Mead|Meier|Mermelstein|Miettinen|"
    r"Nelder|Nelson|Newcombe|Newton|Nurminen|Oldfather|Pagan|Pearson|Peto|Philox|Poisson|Powell|Prentice|Raphson|Rao|Roger|Rubin|"
    r"Satterthwaite|Scheff[eé]|Schoenfeld|Schwarz|Shanno|Shapiro|Shewhart|Sidak|Šidák|Simpson|Smirnov|Spearman|Student|"
    r"Terpstra|Toeplitz|Truax|Tsai|Tsiatis|Tukey|Turnbull|Wald|Wallis|Ware|Watson|Wei|Weibull|Welch|White|Whitney|Wilcoxon|Wilk|Wilson|"
    r"Williams|Woodbury|Yates|Altman|Johnson|Kenward–Roger|Farrington|Manning)"
)
_METHODS = (
    r"(?:interval|test|score|method|statistic|correction|estimator|model|criterion|information|index|regression|"
    r"transform|process|adjustment|procedure|variance|covariance|matrix|residual|plot|curve|sandwich|kernel|CI|"
    r"limit|bound|approximation|hazard|square|design|rule|filter|algorithm|distance|prior|formula|weight|exact|df|"
    r"degrees|decrement|step|error|d|g|t|z|alpha|kappa|rank|sum|log|product|adjusted|standard|robust|trend|contrast|plan|chart)s?"
)
_DOCUMENTED = (
    r"pydata|readthedocs|python|scipy|numpy|matplotlib|github|statsmodels|jupyter|ipython|doi|w3|wikipedia|"
    r"scikit-learn|plotly|bokeh|r-project|nih|cdc|hhs|fda|loinc|hl7|snomed|who|ecfr|arxiv|stackoverflow|"
    r"anaconda|pypi|apache|mozilla|openxmlformats|phqscreeners|microsoft|purl|dublincore|adobe|vega|altair-viz"
)
_DAY = r"(?:\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2}[/.]\d{1,2}[/.]\d{4}|[A-Z][a-z]+ \d{4})"
_CLOCK = r"(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?: ?(?:UTC|GMT|Z|[+-]\d\d:?\d\d))?"
_PRINTED = (
    # times of a run: summaries of statsmodels and lifelines, lines of a log, pages and versions
    r"^ *Date:\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4}|^ *Time:\s+\d\d:\d\d:\d\d",
    r"time fit was run\s*[=:|].*",
    r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"(?=[ \t|:-]*(?:[\w.]+[ \t|:-]+)?\[?(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL)\b)",
    r"\[[A-Z] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \w+\]",
    r"(?i:\b(?:generated|created|rendered|printed|executed|(?:page|report|file) (?:written|made)|last (?:run|updated|modified)|"
    r"report(?: date)?|built|compiled|version|released?|data cut-?off|extract(?:ed)?|copyright|©|\(c\)))"
    rf"(?: on| at| date| time)?[ :=]*(?:[A-Z][a-z]+day,? )?{_DAY}{_CLOCK}",
    # addresses of documentation, without a user, a query or a long number
    rf"https?://(?:[a-z-]+\.)*(?:{_DOCUMENTED})\.(?:org|com|io|gov|net|int|eu|edu)(?:/(?![^\s]*[?@])[^\s<>\"']*|(?![\w/@?]))",
    # methods and papers, by the names of those who made them
    rf"\b{_INVENTORS}(?:['’]s?)?(?:(?: ?[–-] ?|,? and |,? & ){_INVENTORS}(?:['’]s)?)+",
    rf"\b{_INVENTORS}(?:, {_INVENTORS})+",
    rf"\b{_INVENTORS}(?:['’]s?)?[\s–-]+{_METHODS}\b",
    r"\b(?:Monte[ -]Carlo|Toeplitz|Satterthwaite|Bonferroni|Šidák|Clopper|Hommel|Hochberg|Cholesky|Weibull|Gompertz|Bernoulli|Markov|Gauss|"
    r"Laplace|Fai and Cornelius|Newton-Raphson)(?:ian)?\b(?:, AR\b)?",
    rf"(?i:\b(?:CI|intervals?|limits?|methods?|correction|adjust\w*|test|df|errors?|variance|ties|scores?|bounds?|optimi[sz]er|inverse))"
    rf"[ ,:=('\"]*(?:by |of |after |from )?(?i:{_INVENTORS}(?:(?: and |[ &–-]+){_INVENTORS})*)\b",
    r"\b(?!(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|"
    r"Aug|Sep|Sept|Oct|Nov|Dec|Spring|Summer|Fall|Autumn|Winter|In|On|Since|Born|Until|From|Q\d)\b)[A-Z][\w’'-]+"
    r"(?: (?:and|&) [A-Z][\w’'-]+| et al\.?)(?:,? [A-Z]\.)*,? \(?(?:19|20)\d\d[a-z]?\)?",
    r"\b(?!(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|"
    r"Oct|Nov|Dec|Spring|Summer|Fall|Autumn|Winter|In|On|Since|Born|Until|From|Q\d|Easter|Christmas)\b)[A-Z][a-zé’'-]+ \(?20[0-2]\d\)?(?![-/.]?\d)",
    r"\b(?:BMC|JAMA|Biological|Translational|Molecular|General|Clinical|European|American|British|World|Lancet|Nature|Frontiers in) "
    r"(?:Psychiatry|Medicine|Psychology|Pharmacology)\b",
    r"\b(?:Patient )?Health Questionnaire|World Health Organization(?: [A-Z][\w-]+)*|(?:the )?National (?:Center|Institutes?) (?:for|of)(?: [A-Z]\w+)+|Centre of Excellence",
    r"\b[Pp]er (?:patient|subject|participant|person|client)\b:?",
    r"\b(?:[A-Z][\w&]*,? (?:(?:of|and|for|in|the|&) )*){0,4}(?:Journal|Lancet|Biometri\w+|Neuropsychopharmacology|Psychopharmacology)\b"
    r"(?: (?:of |and |for |& )*[A-Z]\w+)*",
    r"(?:\b[A-Z][\w’'-]+ [A-Z]{1,3}(?:,|;|\.| and| &) ?){2,}(?=.{0,250}?(?:\d{4};|\bJ [A-Z]|Journal|doi|et al))",
    r"\b9\d(?= (?:stands|means|or older|or more|and older|and over|years or)|\+)|\(main, [A-Z][a-z]{2} +\d{1,2} \d{4}[^)]*\)",
    r"^ *References\n *-{5,}\n[\s\S]{0,3000}?(?=\"{3}|\n *\n *(?:Examples|Notes)\n)",
    # versions, addresses of this machine, objects in memory, colours, digests of files
    r"\bv?\d+\.\d+\.\d+(?:\.\d+)?(?:[-+.]?(?:dev|rc|post|a|b)\d*)?\b(?=\s*(?:\(|$|[,;|)\]'\"]|<|\n))(?!\.)",
    r"\b(?:127\.0\.0\.1|0\.0\.0\.0|255\.255\.255\.\d+)\b|(?<!\w)::1\b",
    r"\bat 0x[0-9a-fA-F]+|\b0x[0-9a-fA-F]+\b|\bA8A8A8\b|#[0-9a-fA-F]{3,8}\b",
    r"(?i:\b(?:SHA-?(?:1|256|512)?|digest|commit|checksum|md5|revision|sha256))\b[\s:=|¦\"'>]*[0-9a-f]{7,128}\b",
)
_NO_IDENTIFIER = re.compile("|".join(f"(?:{pattern})" for pattern in _PRINTED), re.MULTILINE)
_HIDDEN = "\x01"
_WHOLE_ONLY = {"five-digit code", "long number", "time stamp", "licence plate", "national provider identifier"}
_TWO_NUMBERS = re.compile(r"([-+]?\d+\.\d+)[\s/,;]+([-+]?\d+\.\d+)")
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
    >>> identifiers_in_output("Wilson interval; report generated 2024-11-26")
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
    if match.kind == "name of a picture file":
        return name_may_identify(re.split(r"[\\/]", shown)[-1])
    if match.kind == "web address":
        return re.fullmatch(r"(?:[\w-]+\.)+(?:org|gov|edu|int)", shown) is None or shown.startswith("www")
    if match.kind == "coordinates":
        return _is_a_place(shown)
    return not (match.kind == "year and month" and _DECIMAL_MONTH.fullmatch(shown))


def _is_a_place(shown: str) -> bool:
    """Tell coordinates of North America and Europe from two estimates beside each other."""
    pair = _TWO_NUMBERS.fullmatch(shown)
    if pair is None:
        return True  # with degrees or a label
    if "," not in shown and ";" not in shown:
        return False
    latitude, longitude = float(pair[1]), float(pair[2])
    return 18 <= latitude <= 72 and (-170 <= longitude <= -50 or -11 <= longitude <= 40)


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
