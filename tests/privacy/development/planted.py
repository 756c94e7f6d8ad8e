"""Identifying columns, ten or more for each element of Safe Harbor; all values are invented."""

# ruff: noqa: E501, E731, PLC3002 - one column after the other, several to a line
# fmt: off
from __future__ import annotations

import base64
import datetime as dt
import hashlib
import random

from tests.privacy.development.dice import (
    ALNUM,
    UPPER,
    Case,
    column,
    counted,
    fill,
    filled,
    picks,
)

_FIRST = "Zofia|Tendai|Ngozi|Bartosz|Ingrid|Oluwaseun|Milan|Greta|Yusuf|Dorota|Anneliese|Thabo|Priya|Kaito|Fatima|Liam|Olivia|Emma|Noah|Camille|Lucía|Javier|Heike|Uwe|Xiomara|Brigid"
_LAST = "Okonkwo|Nowak|Petrov|Lindqvist|Abernathy|Mbeki|Vasquez|Haruki|Demir|Szabo|Oyelaran|Thistlewood|Papadakis|Nguyen|Schuster|Larsen|Kowalski|Moreau|Quintana|Featherstone|Brandt|Ivanova|Sorensen|Blackwood"
_first, _last = picks(_FIRST), picks(_LAST)
_cjk = lambda d: d.choice("王李张刘陈杨赵黄周吴") + "".join(d.choice("伟芳娜敏静丽强磊军洋勇艳杰") for _ in range(d.choice([1, 2])))
_kana = picks("サトウ ハナコ|スズキ イチロウ|タナカ ユミ|ワタナベ ケン|ヤマモト アイ|ナカムラ リョウ|コバヤシ マリ|カトウ ジュン")
_cyr = lambda d: d.choice(["Иванов", "Петрова", "Сидоров", "Кузнецова", "Морозов", "Волкова"]) + " " + d.choice("АБВГДЕИК") + "." + d.choice("АБВГДИ") + "."
_arab = picks("محمد علي|فاطمة حسن|أحمد يوسف|ليلى عمر|خالد سعيد|مريم إبراهيم|عمر صالح|نور الدين")
_hangul = lambda d: d.choice("김이박최정강조윤") + d.choice(["민준", "서연", "지후", "하은", "도윤", "수아"])
_greek = picks("Γιώργος Παπαδόπουλος|Μαρία Νικολάου|Ελένη Γεωργίου|Κώστας Δημητρίου|Άννα Ιωάννου")
_deva = picks("राहुल शर्मा|प्रिया सिंह|अमित कुमार|सुनीता देवी|विजय गुप्ता")
_soundex = lambda d: (d.choice("ABCDGHKLMNPRSTW") + "".join(d.choice("123456") for _ in range(d.choice([1, 2, 3, 3]))) + "00")[:4]

NAMES = (
    column("n-init3", 1, "f4", lambda d: "".join(d.choice("ABCDEFGHJKLMNPRSTW") for _ in range(3)), 24),
    column("n-init2", 1, "who", lambda d: "".join(d.choice("ABCDEFGHJKLMNPRSTW") for _ in range(2)), 24),
    column("n-init-dots", 1, "x2", lambda d: f"{d.choice('ABCDEFGHJKLM')}.{d.choice('ABCDEFGHJKLMR')}.", 16),
    column("n-last-init", 1, "var3", lambda d: f"{_last(d)} {d.choice('ABCDEFGH')}."),
    column("n-first-initial", 1, "q7", lambda d: f"{_first(d)} {d.choice('KLMNOP')}"),
    column("n-dot", 1, "col9", lambda d: f"{d.choice('abcdefgh')}.{_last(d).lower()}"),
    column("n-user", 1, "staff_login", lambda d: f"{d.choice('abcdefgh')}{_last(d).lower()}"),
    column("n-lower", 1, "misc", lambda d: f"{_first(d)} {_last(d)}".lower()),
    column("n-caps", 1, "misc2", lambda d: f"{_last(d)} {_first(d)}".upper()),
    column("n-caps-comma", 1, "v9", lambda d: f"{_last(d)},{_first(d)}".upper()),
    column("n-cjk", 1, "v10", _cjk), column("n-kana", 1, "v11", _kana), column("n-cyr", 1, "v12", _cyr),
    column("n-arab", 1, "v13", _arab), column("n-hangul", 1, "v14", _hangul), column("n-greek", 1, "v15", _greek),
    column("n-deva", 1, "v16", _deva),
    column("n-unlisted", 1, "v17", lambda d: d.choice(["Xolani", "Quetzal", "Dagrun", "Wilmara", "Tsolmon", "Bjarte", "Ruaridh", "Sinazo"]) + " " + d.choice(["Ntuli", "Ferreyra", "Gantulga", "Hjelmstad", "MacIlraith", "Zwane", "Ochieng", "Vanterpool"])),
    column("n-nick", 1, "called", picks("Bubba|Skip|Red|Tootsie|Moose|Junior|Ace|Peaches|Smitty|Buzz")),
    column("n-nick2", 1, "preferred", picks("Liz|Bobby|Maggie|Chuck|Tess|Jojo|Gabe|Kat|Vinny|Suzy")),
    column("n-maiden", 1, "mothers_maiden", picks("Stone|River|Hill|Wood|Field|Brook")),
    column("n-carer", 1, "kontaktperson", picks("Mutter|Frau Stein|Bruder|Nachbar")),
    column("n-witness", 1, "witnessed_by", picks("HS|KO|RB|LM|TT")),
    column("n-rater", 1, "rated_by", picks("DK|mb|Ruth|JP")),
    column("n-entered", 1, "entered_by", picks("kim|rose|sky|max")),
    column("n-few", 1, "coment", lambda d: d.choice(["ok", "ok", "ok", "stable", "spoke with Karen", "ok"]), 30),
    column("n-pn", 1, "pn", lambda d: f"{_last(d)}^{_first(d)}^^^"),
    column("n-attending", 1, "attending", picks("Osei|Flint|Marsh|Ng|Rao")),
    column("n-tail", 1, "x", lambda d: f"{_first(d)} {_last(d)} III"),
    column("n-given-only", 1, "item_c", picks("Siobhan|Joanna|Miguel|Henrik|Aisha|Deborah|Kenneth|Marta|Pavel|Yolanda")),
)

_TOWNS = "Kirchheim|Bad Tölz|Ypsilanti|Tuscaloosa|Poughkeepsie|Oberammergau|Aix-les-Bains|Murrieta|Wollongong|Kokomo"
_B32 = "0123456789bcdefghjkmnpqrstuvwxyz"
PLACES = (
    column("p-lat", 2, "m1", lambda d: round(39.7 + d.gauss(0, 0.08), 5)),
    column("p-lon", 2, "m2", lambda d: round(-104.9 + d.gauss(0, 0.08), 5)),
    column("p-lat-text", 2, "m3", lambda d: f"{51.5 + d.gauss(0, 0.1):.6f}"),
    column("p-lat-south", 2, "x1", lambda d: round(-33.86 + d.gauss(0, 0.05), 4)),
    column("p-geohash", 2, "m4", lambda d: "9xj" + "".join(d.choice(_B32) for _ in range(4))),
    column("p-geohash9", 2, "m4b", lambda d: "u281z" + "".join(d.choice(_B32) for _ in range(4))),
    column("p-plus", 2, "m5", lambda d: "85FP" + "".join(d.choice("23456789CFGHJMPQRVWX") for _ in range(4)) + "+" + "".join(d.choice("23456789CFGHJMPQRVWX") for _ in range(2))),
    column("p-plus-short", 2, "m5b", lambda d: "".join(d.choice("23456789CFGHJMPQRVWX") for _ in range(4)) + "+" + "".join(d.choice("23456789CFGHJMPQRVWX") for _ in range(2)) + " " + d.choice(["Denver", "Boulder"])),
    column("p-w3w", 2, "m6", lambda d: "///" + ".".join(d.choice(["apple", "table", "river", "stone", "lamp", "green", "voice", "music", "horse", "train"]) for _ in range(3))),
    column("p-mgrs", 2, "m7", lambda d: "13SED" + fill(d, "##########")),
    column("p-utm", 2, "m8", lambda d: f"13S {d.randrange(480000, 520000)} {d.randrange(4380000, 4420000)}"),
    column("p-ward", 2, "ward", picks("Oak|Maple|North|Juniper|3B|Birch")),
    column("p-site", 2, "site", picks("Lakeside|Elm Grove|Harborview|Riverside|Sunset Hill")),
    column("p-clinic-loc", 2, "clinic_location", picks("downtown|westside|airport|mall")),
    column("p-station", 2, "station", picks("P2|P3|Ost|West 4")),
    column("p-fips", 2, "fips", lambda d: d.choice(["08031", "08001", "08059", "06037"])),
    column("p-tract", 2, "v2", lambda d: "08031" + fill(d, "00####")),
    column("p-town", 2, "v3", picks(_TOWNS)),
    column("p-borough", 2, "bezirk", picks("Mitte|Pankow|Spandau|Neukölln")),
    column("p-plz", 2, "c1", lambda d: d.choice(["80331", "01067", "10115", "04109", "50667", "20095", "60311"])),
    column("p-can", 2, "c2", lambda d: d.choice("KLMVT") + fill(d, "#") + d.choice("ABCEGHJK") + " " + fill(d, "#") + d.choice("ABCEGHJK") + fill(d, "#")),
    column("p-can-fsa", 2, "fsa", lambda d: d.choice(["M5V", "K1A", "H2X", "V6B"])),
    column("p-uk-outward", 2, "outcode", picks("SW1A|EC2|M4|LS6|B15")),
    column("p-japan", 2, "c3", lambda d: fill(d, "9##-####")),
    column("p-brazil", 2, "c4", lambda d: fill(d, "##9##-###")),
    column("p-street", 2, "c5", lambda d: f"{d.randrange(10, 999)} {d.choice(['Elmwood', 'Cherry', 'Kestrel'])} {d.choice(['Ct', 'Ln', 'Dr'])}"),
    column("p-street-de", 2, "c6", lambda d: f"{d.choice(['Birkenweg', 'Lindenallee', 'Hauptstr.', 'Am Anger'])} {d.randrange(1, 99)}"),
    column("p-room", 2, "room", filled("B##")),
    column("p-school", 2, "school", picks("Elm Elementary|North High|St. Mary")),
    column("p-district", 2, "district", picks("4|7|11|12")),
    column("p-dms", 2, "c7", lambda d: f"{d.randrange(38, 41)}°{d.randrange(60)}'{d.randrange(60)}\"N"),
    column("p-travel", 2, "nearest_town", picks("Leadville|Salida|Alma")),
)

_day = lambda d: dt.date(2019, 1, 1) + dt.timedelta(days=d.randrange(2000))
_dmy = lambda form: lambda d: _day(d).strftime(form)
DATES = (
    column("d-doy", 3, "v1", lambda d: int(_day(d).strftime("%Y%j"))),
    column("d-doy-text", 3, "v1b", _dmy("%Y%j")), column("d-doy-short", 3, "v1c", _dmy("%y%j")),
    column("d-doy-dash", 3, "v1d", _dmy("%Y-%j")), column("d-doy-slash", 3, "v1e", _dmy("%j/%Y")),
    column("d-yday", 3, "day_of_year", lambda d: d.randrange(1, 366)),
    column("d-era", 3, "v2", lambda d: f"R{d.randrange(1, 7)}.{d.randrange(1, 13)}.{d.randrange(1, 29)}"),
    column("d-era-birth", 3, "v2b", lambda d: f"{d.choice('SH')}{d.randrange(10, 60)}.{d.randrange(1, 13):02d}.{d.randrange(1, 29):02d}"),
    column("d-era-kanji", 3, "v2c", lambda d: f"令和{d.randrange(1, 7)}年{d.randrange(1, 13)}月{d.randrange(1, 29)}日"),

    column("d-jdn", 3, "v3", lambda d: 2458485 + d.randrange(2000)), column("d-mjd", 3, "v4", lambda d: 58484 + d.randrange(2000)),
    column("d-jd-frac", 3, "v3b", lambda d: 2458485.5 + d.randrange(2000)),
    column("d-sas", 3, "v5", lambda d: 21550 + d.randrange(2000)), column("d-stata", 3, "visit_td", lambda d: 21550 + d.randrange(2000)),
    column("d-unixday", 3, "v6", lambda d: 17897 + d.randrange(2000)), column("d-sas-dt", 3, "v5b", lambda d: 86400 * (21550 + d.randrange(2000)) + d.randrange(86400)),
    column("d-spss", 3, "v5c", lambda d: 13765420800 + 86400 * d.randrange(2000)),
    column("d-week", 3, "v7", lambda d: int(f"{d.choice([2021, 2022, 2023])}{d.randrange(1, 53):02d}")),
    column("d-week-iso", 3, "v8", lambda d: f"{d.choice([2021, 2022])}-W{d.randrange(1, 53):02d}"), column("d-week-short", 3, "v8b", lambda d: f"{d.choice([21, 22])}W{d.randrange(1, 53):02d}"),
    column("d-kw", 3, "v9", lambda d: f"KW {d.randrange(1, 53)}"), column("d-week-word", 3, "v10", lambda d: f"wk{d.randrange(1, 53)}/{d.choice([21, 22])}"),
    column("d-yymmdd", 3, "v11", lambda d: int(_day(d).strftime("%y%m%d"))), column("d-ddmmyy", 3, "v12", _dmy("%d%m%y")), column("d-mmddyyyy", 3, "v13", _dmy("%m%d%Y")),
    column("d-mmddyyyy-int", 3, "v13b", lambda d: int(_day(d).strftime("%m%d%Y"))), column("d-ddmmyyyy-int", 3, "v13c", lambda d: int(_day(d).strftime("%d%m%Y"))),
    column("d-mmm", 3, "v14", _dmy("%b-%y")), column("d-mmm-alone", 3, "v14b", _dmy("%b")), column("d-md", 3, "v15", _dmy("%m-%d")), column("d-md-slash", 3, "v15b", _dmy("%m/%d")),
    column("d-dm-dot", 3, "v15c", _dmy("%d.%m.")), column("d-ym", 3, "v16", _dmy("%Y-%m")), column("d-my-dot", 3, "v16b", _dmy("%m.%Y")), column("d-quarter", 3, "v17", lambda d: f"{d.choice([2021, 2022])}Q{d.randrange(1, 5)}"),
    column("d-excel-frac", 3, "v18", lambda d: round(43466 + d.random() * 2000, 4)), column("d-cyrillic", 3, "v19", lambda d: f"{d.randrange(1, 29)} {d.choice(['марта', 'мая', 'июня', 'августа'])} {d.choice([2021, 2022])}"),
    column("d-heb", 3, "v19b", lambda d: f"{d.choice(['٢٠٢١', '٢٠٢٢'])}/{d.choice(['٠٣', '٠٧'])}/{d.choice(['١٢', '٢٥'])}"),
    column("d-thai", 3, "v20", lambda d: f"{d.randrange(1, 29):02d}/{d.randrange(1, 13):02d}/{d.choice([2564, 2565])}"),
    column("d-hl7", 3, "v21", _dmy("%Y%m%d1430")), column("d-dicom", 3, "v22", _dmy("%Y.%m.%d")), column("d-iso-t", 3, "v23", _dmy("%Y-%m-%dT09:12:00Z")),
    column("d-dutch", 3, "v24", lambda d: f"{d.randrange(1, 29)} {d.choice(['maart', 'mei', 'juni', 'oktober'])} {d.choice([2021, 2022])}"),
    column("d-italian", 3, "v25", lambda d: f"{d.randrange(1, 29)} {d.choice(['gennaio', 'maggio', 'luglio', 'ottobre'])} {d.choice([2021, 2022])}"),
    column("d-polish", 3, "v26", lambda d: f"{d.randrange(1, 29)} {d.choice(['stycznia', 'maja', 'lipca', 'października'])} {d.choice([2021, 2022])}"),
    column("d-cjk", 3, "v27", lambda d: f"2021年{d.randrange(1, 13)}月"), column("d-weekday", 3, "v28", _dmy("%a %d %b")), column("d-age", 3, "age_at_visit", lambda d: d.choice([34, 56, 71, 93, 45])),
    column("d-age2", 3, "pt_age", lambda d: d.choice([34, 56, 71, 95, 45])), column("d-age-text", 3, "age", lambda d: d.choice(["34y", "56y", "92y", "45y"])), column("d-age-alter", 3, "alter_bei_beginn", lambda d: d.choice([34, 56, 71, 93, 45])),
    column("d-age-few", 3, "v29", lambda d: d.choice(["34 years", "56 years", "93 years"]), 30), column("d-age-months", 3, "age_months", lambda d: d.choice([500, 700, 1100])),
    column("d-birth", 3, "birth", lambda d: d.choice([1928, 1931, 1970])), column("d-birthyear", 3, "year_born", lambda d: d.choice([1928, 1931, 1970])),
    column("d-dob-int", 3, "dob", lambda d: d.randrange(10000, 20000)), column("d-consent", 3, "consented_on", picks("Mon|Tue|Fri")), column("d-lastseen", 3, "last_seen", picks("yesterday|12th|the 3rd")),
    column("d-month", 3, "birth_month", lambda d: d.randrange(1, 13)), column("d-death", 3, "deceased_on", picks("3|14|22")), column("d-admitted", 3, "admitted", picks("Tue 4pm|Wed noon")), column("d-entlassung", 3, "entlassung", picks("Mo|Di|Mi")),
    column("d-holiday", 3, "v30", picks("day after Thanksgiving|Christmas Eve|Easter Monday|Labor Day")), column("d-ts-text", 3, "v31", lambda d: str(1560000000 + d.randrange(10**8))),
    column("d-time", 3, "v32", lambda d: f"{_day(d):%d/%b/%Y}:13:55:36 +0000"), column("d-roman", 3, "v33", lambda d: f"{d.randrange(1, 29)}.{d.choice(['III', 'IV', 'XI'])}.{d.choice([2021, 2022])}"),
)
_WORD_DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TELEPHONE = (
    column("t-words", 4, "v1", lambda d: " ".join(d.choice(_WORD_DIGITS) for _ in range(10))), column("t-words-hyphen", 4, "v2", lambda d: "-".join(d.choice(_WORD_DIGITS) for _ in range(7))),
    column("t-words-de", 4, "v3", lambda d: "null " + " ".join(d.choice(["eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]) for _ in range(9))),
    column("t-words-fr", 4, "v3b", lambda d: "zéro six " + " ".join(d.choice(["douze", "vingt", "trente", "quarante", "cinquante"]) for _ in range(4))),
    column("t-vanity", 4, "v4", lambda d: "1-800-" + fill(d, "AAA-AAAA")), column("t-seven", 4, "v5", lambda d: fill(d, "555-01##")), column("t-intl", 4, "v6", lambda d: "+49 30 23125 " + fill(d, "###")),
    column("t-uk", 4, "v7", lambda d: "07700 900" + fill(d, "###")), column("t-dots", 4, "v8", lambda d: "303.555.01" + fill(d, "##")), column("t-int", 4, "v9", lambda d: int("303555" + fill(d, "01##"))),
    column("t-de-slash", 4, "v10", lambda d: "089/" + fill(d, "9######")), column("t-au", 4, "v11", lambda d: "0491 570 " + fill(d, "###")), column("t-jp", 4, "v12", lambda d: "090-" + fill(d, "####-####")),
    column("t-last4", 4, "phone_last4", filled("####")), column("t-ext", 4, "extension", filled("####")), column("t-sms", 4, "sms_to", filled("###-####")),
    column("t-rappel", 4, "tel_domicile", filled("## ##")), column("t-cb", 4, "callback_no", filled("####")), column("t-paren", 4, "v13", lambda d: "(303) 555-01" + fill(d, "##")), column("t-e164", 4, "v14", lambda d: "+13035550" + fill(d, "1##")),
    column("t-br", 4, "v15", lambda d: "(11) 9" + fill(d, "####-####")), column("t-in", 4, "v16", lambda d: "98" + fill(d, "### #####")),
)
FAX = (
    *(column(f"fax-{i}", 5, h, filled(p)) for i, (h, p) in enumerate([("fax_no", "###-####"), ("fx", "303-555-01##"), ("fax_line", "####"), ("telecopieur", "01 99 00 ## ##"), ("efax", "303555####"), ("faxnr", "089 9####"), ("dr_fax", "x##"), ("c2", "F: 303-555-01##"), ("facsimile", "303 555 01##"), ("numero_de_fax", "01##")])),
    column("fax-label", 5, "c", lambda d: "Fax: 303-555-01" + fill(d, "##")),
)
MAIL = (
    column("m-plain", 6, "v1", lambda d: f"{_last(d).lower()}@example.org"), column("m-at", 6, "v2", lambda d: f"{_last(d).lower()} (at) example (dot) org"), column("m-at2", 6, "v3", lambda d: f"{_last(d).lower()} AT example DOT com"),
    column("m-under", 6, "v4", lambda d: f"{_last(d).lower()}_at_example.com"), column("m-quoted", 6, "v5", lambda d: f'"{_first(d)}" <{fill(d, "aaaaa")}@example.net>'), column("m-local", 6, "email_local", lambda d: fill(d, "aaaaa##")), column("m-domain", 6, "mail_domain", picks("example.org|example.com")),
    column("m-mailto", 6, "v6", lambda d: f"mailto:{fill(d, 'aaaaa')}@example.org"), column("m-html", 6, "v7", lambda d: f"{fill(d, 'aaaaa')}&#64;example.org"), column("m-pct", 6, "v8", lambda d: f"{fill(d, 'aaaaa')}%40example.org"), column("m-few", 6, "v9", lambda d: d.choice(["none"] * 6 + ["k.t@example.org"]), 30),
)
SSN = (
    column("s-plain", 7, "v1", filled("219-4#-9###")), column("s-nine", 7, "v2", lambda d: int("2" + fill(d, "19459###"))), column("s-nine-t", 7, "v3", filled("21945####")), column("s-space", 7, "v4", filled("219 4# 9###")), column("s-mask", 7, "v5", lambda d: "***-**-" + fill(d, "9###")), column("s-mask2", 7, "v5b", filled("XXXXX9###")),
    column("s-last4", 7, "ssn_last_four", filled("####")), column("s-tax", 7, "taxpayer_id", filled("##")), column("s-nino", 7, "v6", filled("QQ ## ## ## C")), column("s-sin", 7, "v7", lambda d: d.choice(["046 454 286", "130 692 544", "193 456 787"])), column("s-ahv", 7, "v8", filled("756.####.####.##")), column("s-bsn", 7, "bsn", filled("#########")),
    column("s-pesel", 7, "pesel", filled("###########")), column("s-cpf", 7, "v9", filled("###.###.###-##")), column("s-personnummer", 7, "v10", lambda d: f"{d.randrange(50, 99)}{d.randrange(1, 13):02d}{d.randrange(1, 29):02d}-{fill(d, '####')}"), column("s-hetu", 7, "v11", lambda d: f"{d.randrange(1, 29):02d}{d.randrange(1, 13):02d}{d.randrange(50, 99)}-{fill(d, '###')}{d.choice('ABCDEFHJKLMN')}"),
    column("s-codice", 7, "v12", lambda d: fill(d, "AAAAAA##") + d.choice("ABCDEHLMPRST") + fill(d, "##A###A")), column("s-aadhaar", 7, "v13", filled("9### #### ####")), column("s-cnp", 7, "national_insurance", filled("####")), column("s-social", 7, "social", filled("####")),
)
RECORDS = (
    column("r-suffix", 8, "v1", filled("9#####A")), column("r-suffix2", 8, "v1b", filled("00####-B")), column("r-prefix", 8, "v2", filled("H######")), column("r-mrn", 8, "v3", filled("MRN#######")), column("r-six", 8, "pt_no", filled("######")), column("r-int", 8, "v4", lambda d: d.randrange(100000, 999999)),
    column("r-year", 8, "v5", lambda d: f"{d.choice([19, 20, 21])}-{fill(d, '#####')}"), column("r-hospno", 8, "hosp_no", filled("A####")), column("r-epi", 8, "fin", filled("####")), column("r-slash", 8, "v6", filled("####/2#")), column("r-triple", 8, "v7", filled("##-##-##")), column("r-akte", 8, "akte", filled("##")), column("r-chart", 8, "chart", filled("##")),
    column("r-lab", 8, "lab_order", filled("L####")), column("r-specimen", 8, "specimen_no", filled("S2#-####")), column("r-zero", 8, "v8", filled("000#####")), column("r-emr", 8, "emr_key", filled("###")), column("r-patid", 8, "pat_id", filled("###")), column("r-visitid", 8, "visit_id", filled("V###")), column("r-nhs", 8, "v9", picks("943 476 5919|943 476 5870")), column("r-study", 8, "old_patient_no", filled("###")),
)
PLANS = (
    column("h-mbi", 9, "v1", lambda d: f"{fill(d, '9')}{d.choice('ACDEF')}{d.choice('ACDEF')}{fill(d, '#')}-{d.choice('ACDEF')}{d.choice('ACDEF')}{fill(d, '#')}-{d.choice('ACDEF')}{d.choice('ACDEF')}{fill(d, '##')}"), column("h-hicn", 9, "v2", lambda d: f"{fill(d, '2194#9###')}{d.choice(['A', 'B', 'C1', 'D'])}"), column("h-member", 9, "v3", filled("XYZ#########")), column("h-member2", 9, "v3b", filled("W#########01")),
    column("h-ins", 9, "ins_no", filled("####")), column("h-payerid", 9, "payer_member", filled("####")), column("h-grp", 9, "grp_no", filled("G##")), column("h-medicaid", 9, "mcaid", filled("A#####")), column("h-kv", 9, "kv_nummer", filled("A#")), column("h-auth", 9, "prior_auth", filled("##")), column("h-auth2", 9, "authorization_number", filled("A###")), column("h-rx", 9, "rx_grp", filled("RX##")), column("h-bin", 9, "rx_bin", filled("######")),
    column("h-plan", 9, "plan_id", filled("P##")), column("h-cov", 9, "coverage_id", filled("##")), column("h-medicare", 9, "medicare_no", filled("#### ##### #")), column("h-afil", 9, "afiliado", filled("###")), column("h-ehic", 9, "ehic", filled("80##########")), column("h-va", 9, "insured_id", filled("##")), column("h-kasse", 9, "kassennummer", filled("10#######")), column("h-ik", 9, "v9", lambda d: f"Medicaid CO-{fill(d, 'A######')}"),
)


def _iban(d: random.Random) -> str:
    body = "37040044" + fill(d, "##########")
    check = 98 - int(body + "131400") % 97
    return f"DE{check:02d}{body}"


ACCOUNTS = (
    column("a-iban", 10, "v1", _iban), column("a-iban-low", 10, "v1b", lambda d: _iban(d).lower()), column("a-iban-mask", 10, "v2", lambda d: "DE** **** **** **** " + fill(d, "#### ##")), column("a-bic", 10, "v3", lambda d: d.choice(["DEUT", "COBA", "BNPA", "CHAS", "BOFA"]) + d.choice(["DE", "FR", "US"]) + fill(d, "**") + d.choice(["", "XXX", "500"])),
    column("a-swift", 10, "swift", filled("AAAA")), column("a-card4", 10, "v4", lambda d: "x" + fill(d, "####")), column("a-card4b", 10, "card_last4", filled("####")), column("a-card-dots", 10, "v5", lambda d: "•••• " + fill(d, "####")), column("a-card-words", 10, "v6", lambda d: "Visa ending " + fill(d, "####")),
    column("a-claim", 10, "v7", filled("CLM-2#-######")), column("a-claim-h", 10, "clm", filled("##")), column("a-inv", 10, "v8", filled("INV-####")), column("a-inv-h", 10, "invoice_ref", filled("##")), column("a-rg", 10, "v9", filled("RE-202#-####")), column("a-sort", 10, "v10", filled("20-##-## ########")), column("a-aba", 10, "v11", picks("021000021|011401533|091000019|122105155|026009593")),
    column("a-guar", 10, "guarantor_no", filled("##")), column("a-har", 10, "har", filled("4######")), column("a-receipt", 10, "receipt", filled("##")), column("a-trans", 10, "txn", filled("TX##")), column("a-stripe", 10, "v12", lambda d: "cus_" + "".join(d.choice(ALNUM) for _ in range(14))), column("a-stripe2", 10, "v13", lambda d: "ch_" + "".join(d.choice(ALNUM) for _ in range(24))), column("a-paypal", 10, "paypal", filled("aaaa")), column("a-btc", 10, "v14", lambda d: "bc1q" + "".join(d.choice("023456789acdefghjklmnpqrstuvwxyz") for _ in range(38))),
    column("a-po", 10, "v15", filled("PO######")), column("a-billing", 10, "billing_no", filled("##")), column("a-konto", 10, "kto_nr", filled("##")), column("a-hsa", 10, "hsa_account", filled("##")), column("a-statement", 10, "statement_no", filled("##")), column("a-card", 10, "v16", picks("4111 1111 1111 1111|5555 5555 5555 4444|3782 822463 10005|4012888888881881")),
)
_dea = lambda d: (lambda t, k: t + k + str((sum(map(int, k[::2])) + 2 * sum(map(int, k[1::2]))) % 10))(d.choice("ABFM") + d.choice(UPPER), fill(d, "######"))
LICENCES = (
    column("l-dea", 11, "v1", _dea), column("l-npi", 11, "v2", picks("1234567893|1000000004|1999999984|1679576722")), column("l-npi-int", 11, "v2b", lambda d: d.choice([1234567893, 1000000004, 1999999984])), column("l-rn", 11, "v3", lambda d: f"RN.{fill(d, '0######')}"), column("l-rn2", 11, "v3b", lambda d: f"RN{fill(d, '######')}"), column("l-md", 11, "v3c", lambda d: f"MD-{fill(d, '#####')}"),
    column("l-uk", 11, "v4", lambda d: fill(d, "AAAAA") + f"{d.randrange(10)}{d.choice(['01', '07', '12', '56', '62'])}{d.randrange(10, 29)}{d.randrange(10)}" + fill(d, "AA9AA")), column("l-ca", 11, "v5", filled("D#######")), column("l-fl", 11, "v6", filled("K###-###-##-###-#")), column("l-ny", 11, "v7", filled("### ### ###")), column("l-nj", 11, "v7b", filled("N#### ##### #####")), column("l-wa", 11, "v8", lambda d: "WDL" + fill(d, "***#*****")),
    column("l-il", 11, "v8b", filled("S###-####-####")), column("l-dl", 11, "dl_no", filled("##")), column("l-license-state", 11, "license_state_no", filled("##")), column("l-cert", 11, "cert_no", filled("##")), column("l-board", 11, "board_cert", filled("##")), column("l-passport", 11, "v9", filled("C0*******")), column("l-passport2", 11, "v9b", filled("5########")), column("l-gmc", 11, "gmc", filled("7######")), column("l-reg", 11, "registration_no", filled("##")), column("l-ahpra", 11, "v10", filled("MED000#######")),
    column("l-nmc", 11, "nmc_pin", filled("##")), column("l-perso", 11, "v11", lambda d: d.choice("LMNPRT") + "".join(d.choice("CFGHJKLMNPRTVWXYZ0123456789") for _ in range(8))), column("l-approb", 11, "approbation", filled("##")), column("l-ccw", 11, "permit", filled("##")), column("l-marriage", 11, "birth_certificate", filled("##")), column("l-lic", 11, "lic", filled("A#")), column("l-eye", 11, "dln", filled("##")), column("l-nurse", 11, "nursing_license", filled("##")), column("l-upin", 11, "upin", filled("A#####")),
)
VEHICLES = (
    column("c-ca", 12, "v1", lambda d: fill(d, "9AAA###")), column("c-ny", 12, "v2", filled("AAA-####")), column("c-tx", 12, "v3", filled("AAA ####")), column("c-fl", 12, "v4", filled("AAA A##")), column("c-il", 12, "v5", filled("AA #####")), column("c-oh", 12, "v5b", filled("AAA####")), column("c-co", 12, "v5c", filled("AAA-A##")), column("c-wa", 12, "v5d", filled("AAA####")),
    column("c-mixed", 12, "v6", lambda d: fill(d, d.choice(["AAA-####", "9AAA###", "AAA ###", "###-AAA", "AAA-###", "##A-###"]))), column("c-uk", 12, "v7", lambda d: fill(d, "AA") + d.choice(["19", "70", "21", "68"]) + " " + fill(d, "AAA")), column("c-uk2", 12, "v7b", lambda d: fill(d, "AA") + d.choice(["19", "70", "21", "68"]) + fill(d, "AAA")), column("c-de", 12, "v8", lambda d: d.choice(["M", "B", "HH", "KÖ", "F"]) + "-" + fill(d, "AA 9##")), column("c-de2", 12, "v8b", lambda d: d.choice(["M", "B", "HH", "KA", "F"]) + " " + fill(d, "AA 9##")),
    column("c-fr", 12, "v9", filled("AA-###-AA")), column("c-es", 12, "v10", lambda d: fill(d, "#### ") + "".join(d.choice("BCDFGHJKLMNPRSTVWXYZ") for _ in range(3))), column("c-nl", 12, "v11", lambda d: fill(d, d.choice(["AA-###-A", "##-AAA-#", "A-###-AA"]))), column("c-it", 12, "v12", filled("AA ### AA")), column("c-at", 12, "v13", filled("W-#####A")), column("c-ch", 12, "v14", lambda d: d.choice(["ZH", "BE", "GE"]) + " " + fill(d, "9#####")), column("c-jp", 12, "v15", lambda d: f"品川 {d.randrange(300, 599)} {d.choice('あいうえか')} {fill(d, '##-##')}"), column("c-br", 12, "v16", filled("AAA#A##")), column("c-vin8", 12, "vin_last6", filled("######")), column("c-car", 12, "car", picks("red Golf|blue Civic")),
    column("c-parking", 12, "parking_tag", filled("##")), column("c-tag", 12, "tag_no", filled("##")), column("c-reg", 12, "vehicle_reg", filled("##")), column("c-nummernschild", 12, "nummernschild", picks("rot|alt")), column("c-boat", 12, "hull_id", filled("ABC#####D###")), column("c-hin", 12, "v17", filled("ABC#####D2##")), column("c-chassis", 12, "chassis", filled("##")), column("c-vinbad", 12, "v18", lambda d: "WVWZZZ" + fill(d, "#AZ##") + fill(d, "######")), column("c-tail", 12, "v19", filled("N###AA")),
)
_mac = lambda s: lambda d: s.join([d.choice(["00", "3c", "a4", "d8"]), *(fill(d, "hh") for _ in range(5))])


def _imei(d: random.Random) -> str:
    body = "35" + fill(d, "############")
    total = sum(n - 9 if n > 9 else n for n in (int(c) * (1 + i % 2) for i, c in enumerate(body)))
    return body + str(-total % 10)


DEVICES = (
    column("e-uid", 13, "v1", lambda d: "1.2.840.113619.2." + ".".join(str(d.randrange(1, 99999)) for _ in range(5))), column("e-mac", 13, "v2", _mac(":")), column("e-mac-dash", 13, "v3", _mac("-")), column("e-mac-bare", 13, "v4", _mac("")), column("e-mac-caps", 13, "v4b", lambda d: _mac("")(d).upper()), column("e-eui", 13, "v5", lambda d: "00:1b:" + ":".join(fill(d, "hh") for _ in range(6))), column("e-ble", 13, "bluetooth", filled("hhhh")),
    column("e-imei", 13, "v6", _imei), column("e-imei-int", 13, "v6b", lambda d: int(_imei(d))), column("e-imei-dash", 13, "v6c", lambda d: (lambda t: f"{t[:2]}-{t[2:8]}-{t[8:14]}-{t[14]}")(_imei(d))), column("e-iccid", 13, "v7", lambda d: "8901" + fill(d, "###############")), column("e-serial", 13, "v8", filled("SN********")), column("e-serial2", 13, "v9", lambda d: fill(d, "AA##-###-#####")), column("e-apple", 13, "v10", lambda d: "C02" + fill(d, "********#")), column("e-udid", 13, "v11", lambda d: "00008030-" + fill(d, "****************").replace("G", "A")),
    column("e-udi", 13, "v12", lambda d: "(01)00844588003288(21)" + fill(d, "******")), column("e-udi-h", 13, "di", filled("##")), column("e-lot", 13, "lot", filled("A##")), column("e-pump", 13, "pump", filled("P##")), column("e-monitor", 13, "monitor_no", filled("##")), column("e-implant", 13, "implant_sn", filled("##")), column("e-watch", 13, "wearable_id", filled("##")), column("e-android", 13, "v13", filled("hhhhhhhhhhhhhhhh")), column("e-cap", 13, "asset_tag", filled("##")), column("e-gerat", 13, "geraet", filled("G#")), column("e-appareil", 13, "no_appareil", filled("##")), column("e-firmware", 13, "equipment_id", filled("##")), column("e-fcc", 13, "idfa", filled("hhhh")),
)
URLS = (
    column("u-http", 14, "v1", lambda d: f"https://example.org/p/{fill(d, 'aaaa')}"), column("u-www", 14, "v2", lambda d: f"www.example.com/{fill(d, 'aaaa')}"), column("u-bare", 14, "v3", lambda d: f"example.org/~{fill(d, 'aaaa')}"), column("u-hxxp", 14, "v4", lambda d: f"hxxp://example[.]org/{fill(d, 'aaa')}"), column("u-short", 14, "v5", lambda d: f"bit.ly/{fill(d, '*****')}"), column("u-path", 14, "v6", lambda d: f"/patients/{fill(d, '####')}/chart"), column("u-query", 14, "v7", lambda d: f"?pid={fill(d, '####')}&t={fill(d, 'aaa')}"),
    column("u-host", 14, "v8", lambda d: f"{fill(d, 'aaaa')}.blogspot.com"), column("u-slug", 14, "profile", filled("aaaaaa")), column("u-portal", 14, "portal_link", filled("aa##")), column("u-unc", 14, "v9", lambda d: "\\\\fs01\\share\\" + fill(d, "aaaa")), column("u-ftp", 14, "v10", lambda d: f"ftp://example.net/{fill(d, 'aaa')}"), column("u-enc", 14, "v11", lambda d: f"https%3A%2F%2Fexample.org%2F{fill(d, 'aaa')}"), column("u-new", 14, "v12", lambda d: f"{fill(d, 'aaaa')}.tech/{fill(d, 'aa')}"), column("u-s3", 14, "v13", lambda d: f"s3://bucket/{fill(d, 'aaa')}"), column("u-hp", 14, "web", filled("aaa")), column("u-linkedin", 14, "v14", lambda d: f"linkedin.com/in/{fill(d, 'aaaaa')}"), column("u-onion", 14, "v15", lambda d: "".join(d.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(56)) + ".onion"), column("u-dotword", 14, "v16", lambda d: f"{fill(d, 'aaaa')} dot com slash {fill(d, 'aa')}"), column("u-zoom", 14, "zoom", filled("##")), column("u-doi", 14, "webpage", filled("aa")),
)
IPS = (
    column("i-v4", 15, "v1", lambda d: f"192.0.2.{d.randrange(255)}"), column("i-v6", 15, "v2", lambda d: f"2001:db8::{fill(d, 'hhhh')}"), column("i-int", 15, "v3", lambda d: 3221225984 + d.randrange(255)), column("i-hex", 15, "v4", lambda d: f"0xC00002{d.randrange(256):02X}"), column("i-port", 15, "v5", lambda d: f"198.51.100.{d.randrange(255)}:443"), column("i-mask", 15, "v6", lambda d: f"203.0.113.{d.choice(['x', 'xxx', '*'])}"), column("i-pad", 15, "v7", lambda d: f"192.000.002.{d.randrange(255):03d}"), column("i-br", 15, "v8", lambda d: f"[2001:db8::{fill(d, 'hhhh')}]:80"), column("i-arpa", 15, "v9", lambda d: f"{d.randrange(255)}.2.0.192.in-addr.arpa"), column("i-h", 15, "remote_addr", filled("##")), column("i-ua", 15, "client_ip_last", filled("##")), column("i-cidr", 15, "v10", lambda d: f"198.51.100.{d.randrange(255)}/24"),
)
BIOMETRICS = (
    column("b-vec", 16, "v1", lambda d: "[" + ", ".join(f"{d.gauss(0, 1):.4f}" for _ in range(16)) + "]", 12), column("b-vec-semi", 16, "v2", lambda d: ";".join(f"{d.random():.3f}" for _ in range(20)), 12), column("b-vec-space", 16, "v3", lambda d: " ".join(f"{d.gauss(0, 1):.5f}" for _ in range(12)), 12), column("b-minutiae", 16, "v4", lambda d: ";".join(f"({d.randrange(500)},{d.randrange(500)},{d.randrange(360)})" for _ in range(8)), 12),
    column("b-minutiae2", 16, "v5", lambda d: " ".join(f"{d.randrange(500)}:{d.randrange(500)}:{d.randrange(360)}:{d.choice('EB')}" for _ in range(8)), 12), column("b-gait", 16, "gait_signature", lambda d: round(d.random(), 3)), column("b-voice", 16, "voice_embedding", lambda d: round(d.random(), 3)), column("b-retina", 16, "retinal_code", filled("hhhh")), column("b-snp", 16, "v6", lambda d: " ".join(f"rs{d.randrange(10**5, 10**7)}:{d.choice('ACGT')}{d.choice('ACGT')}" for _ in range(4)), 12), column("b-dna", 16, "v7", lambda d: "".join(d.choice("ACGT") for _ in range(40)), 12), column("b-str", 16, "v8", lambda d: f"D3S1358:{d.randrange(12, 19)},{d.randrange(12, 19)};vWA:{d.randrange(14, 20)},{d.randrange(14, 20)}", 12), column("b-vcf", 16, "genotype", picks("AA|AG|GG")),
    column("b-iris", 16, "v9", lambda d: "".join(d.choice("01") for _ in range(64)), 12), column("b-iris-hex", 16, "iris_template", filled("hhhhhhhh")), column("b-fmr", 16, "v10", lambda d: "464d5200" + fill(d, "h" * 60), 12), column("b-fmr64", 16, "v11", lambda d: base64.b64encode(b"FMR\0 20\0" + d.randbytes(30)).decode(), 12), column("b-wav", 16, "v12", lambda d: "52494646" + fill(d, "h" * 40), 12), column("b-face", 16, "face_encoding", lambda d: round(d.random(), 3)), column("b-finger", 16, "finger_scan", filled("###")), column("b-hand", 16, "palm_print", filled("###")), column("b-ekg", 16, "ecg_signature", filled("###")), column("b-key", 16, "keystroke_profile", filled("###")), column("b-speaker", 16, "speaker_id", filled("##")), column("b-genom", 16, "genomic_sample", filled("##")), column("b-mfcc", 16, "mfcc", lambda d: round(d.random(), 3)), column("b-hla", 16, "v13", lambda d: f"A*{d.randrange(1, 34):02d}:{d.randrange(1, 9):02d}, B*{d.randrange(7, 58):02d}:{d.randrange(1, 9):02d}, DRB1*{d.randrange(1, 16):02d}:01"),
)
PICTURES = (
    column("f-hexjpg", 17, "v1", lambda d: "ffd8ffe000104a464946" + fill(d, "h" * 60), 12), column("f-hexjpg-caps", 17, "v2", lambda d: ("ffd8ffe1" + fill(d, "h" * 60)).upper(), 12), column("f-hexpng", 17, "v3", lambda d: "89504e470d0a1a0a" + fill(d, "h" * 60), 12), column("f-hex0x", 17, "v4", lambda d: "0xFFD8FFE0" + fill(d, "h" * 60), 12), column("f-hexx", 17, "v5", lambda d: r"\xff\xd8\xff\xe0" + "".join(r"\x" + fill(d, "hh") for _ in range(20)), 12), column("f-pg", 17, "v5b", lambda d: r"\xffd8ffe0" + fill(d, "h" * 60), 12),
    column("f-path", 17, "v6", lambda d: f"/img/faces/{fill(d, '####')}", 12), column("f-file", 17, "v7", lambda d: f"IMG_{fill(d, '####')}.JPG"), column("f-file2", 17, "v8", lambda d: f"DSC{fill(d, '#####')}.ARW"), column("f-noext", 17, "v9", lambda d: f"photos/{fill(d, 'aaaa')}/front"), column("f-img", 17, "v10", lambda d: f"IMG_{fill(d, '2023####')}_{fill(d, '######')}"), column("f-b64", 17, "v11", lambda d: "/9j/4AAQSkZJRgABAQ" + "".join(d.choice(ALNUM) for _ in range(40)), 12), column("f-b64b", 17, "v12", lambda d: base64.b64encode(b"\x89PNG\r\n\x1a\n" + d.randbytes(30)).decode(), 12), column("f-webp", 17, "v13", lambda d: base64.b64encode(b"RIFF" + d.randbytes(4) + b"WEBPVP8 " + d.randbytes(30)).decode(), 12),
    column("f-heic", 17, "v14", lambda d: f"{fill(d, 'aaa')}.HEIC"), column("f-dcm", 17, "v15", lambda d: f"series{fill(d, '##')}/slice.dcm"), column("f-repr", 17, "v16", lambda d: "b'\\xff\\xd8\\xff\\xe0" + fill(d, "aaaaaaaa") + "'"), column("f-svg", 17, "v17", lambda d: f"<svg xmlns='x'><path d='{fill(d, 'M##L##')}'/></svg>"), column("f-headshot", 17, "headshot_ref", filled("##")), column("f-scan", 17, "ct_head_image", filled("##")), column("f-thumb", 17, "thumbnail", filled("aa")), column("f-cam", 17, "webcam_capture", filled("##")), column("f-passbild", 17, "passbild", filled("##")), column("f-array", 17, "v18", lambda d: "[[" + "], [".join(", ".join(str(d.randrange(256)) for _ in range(8)) for _ in range(3)) + "]]", 12), column("f-nii", 17, "v19", lambda d: f"sub{fill(d, '##')}_T1w.nii.gz"),
)
_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODES = (
    column("o-hash12", 18, "v1", filled("hhhhhhhhhhhh")), column("o-hash8", 18, "v2", filled("hhhhhhhh")), column("o-hash16", 18, "v3", lambda d: hashlib.sha256(fill(d, "aaaa").encode()).hexdigest()[:16]), column("o-hash-caps", 18, "v3b", lambda d: fill(d, "hhhhhhhhhh").upper()), column("o-ulid", 18, "v4", lambda d: "01H" + "".join(d.choice(_ULID) for _ in range(23))), column("o-nano", 18, "v5", lambda d: "".join(d.choice(ALNUM + "_-") for _ in range(21))), column("o-nano10", 18, "v6", lambda d: "".join(d.choice(ALNUM) for _ in range(10))), column("o-hashids", 18, "v7", lambda d: "".join(d.choice(ALNUM) for _ in range(6))),
    column("o-soundex", 18, "v8", _soundex), column("o-metaphone", 18, "v9", lambda d: "".join(d.choice("BFHJKLMNPRSTX0") for _ in range(d.choice([4, 5])))), column("o-b64", 18, "v10", lambda d: base64.b64encode(d.randbytes(12)).decode()), column("o-b64pad", 18, "v11", lambda d: base64.b64encode(d.randbytes(16)).decode()), column("o-b64url", 18, "v12", lambda d: base64.urlsafe_b64encode(d.randbytes(9)).decode()), column("o-initbirth", 18, "v13", lambda d: fill(d, "AA") + _day(d).strftime("%d%m%y")), column("o-initbirth2", 18, "v14", lambda d: fill(d, "aa") + str(d.randrange(1940, 2000))), column("o-namebirth", 18, "v15", lambda d: _last(d)[:3].upper() + _first(d)[:2].upper() + _day(d).strftime("%m%d")), column("o-slk", 18, "v16", lambda d: fill(d, "AAAAA") + _day(d).strftime("%d%m%Y") + d.choice("12")),
    counted("o-seq", 18, "v17", "P-{:04d}"), Case(slug="o-seq-int", element=18, header="v18", values=tuple(range(417, 435))), counted("o-seq-text", 18, "v19", "{:06d}"), counted("o-seq-scr", 18, "v19b", "SCR{:03d}"), column("o-guid", 18, "v20", lambda d: fill(d, "hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh")), column("o-guid32", 18, "v21", filled("h" * 32)), column("o-objectid", 18, "v22", filled("65h" + "h" * 21)), column("o-crc", 18, "v23", lambda d: str(d.randrange(10**9, 4 * 10**9))), column("o-words", 18, "v24", lambda d: "-".join(d.choice(["amber", "brave", "cedar", "delta", "ember", "frost", "glade", "heron", "iris", "jolly", "kite", "lunar"]) for _ in range(3))), column("o-handle", 18, "v25", lambda d: "@" + fill(d, "aaaaaaa")), column("o-barcode", 18, "v26", filled("9############")),
    column("o-rand-small", 18, "v27", lambda d: fill(d, "AA##"), 26), column("o-site-seq", 18, "v28", lambda d: f"{d.choice(['01', '02', '03'])}-{fill(d, '###')}", 26), column("o-kid", 18, "linkage_key", filled("##")), column("o-jwt", 18, "v29", lambda d: "eyJhbGciOi" + fill(d, "aaaaaa") + "." + fill(d, "aaaaaaaaaa") + "." + fill(d, "aaaaaaaa")), column("o-emp", 18, "badge", filled("##")), column("o-case", 18, "case_ref", filled("##")), column("o-court", 18, "docket_no", filled("##")), column("o-tattoo", 18, "tattoo", picks("rose left arm|anchor")), column("o-scar", 18, "distinguishing_marks", picks("scar|birthmark")), column("o-occup", 18, "job_title", picks("mayor|bishop|astronaut")), column("o-snow", 18, "v30", lambda d: str(d.randrange(10**17, 10**18))), column("o-random-id", 18, "redcap_id", filled("##")), column("o-pat", 18, "subject_code_old", filled("##")), column("o-int5", 18, "v31", lambda d: d.randrange(100000, 400000)), column("o-bcrypt", 18, "v33", lambda d: "$2b$12$" + "".join(d.choice(ALNUM + "./") for _ in range(53)), 10),
)
PLANTED: tuple[Case, ...] = (*NAMES, *PLACES, *DATES, *TELEPHONE, *FAX, *MAIL, *SSN, *RECORDS, *PLANS, *ACCOUNTS, *LICENCES, *VEHICLES, *DEVICES, *URLS, *IPS, *BIOMETRICS, *PICTURES, *CODES)
"""Every identifying column."""
