"""Planted columns of elements 11 to 13: licences, vehicles and devices."""

from __future__ import annotations

from tests.privacy.second_corpus.columns import (
    HINTS,
    MISLEADS,
    SAYS,
    SILENT,
    Plan,
    plant,
    sprinkle,
)
from tests.privacy.second_corpus.dice import Dice
from tests.privacy.second_corpus.numbers import imei, mac, provider_number, udi, vin
from tests.privacy.second_corpus.people import note

PUMPS = ("Alaris PC 8015", "Baxter Sigma", "Medfusion 4000")


def plate(dice: Dice) -> str:
    """Give an American licence plate."""
    return dice.shape(dice.pick(("^@@@###", "@@@-###", "@@@ ####")))


def driver_licence(dice: Dice) -> str:
    """Give the number of a driver's licence in the form of one of three states."""
    return dice.shape(dice.pick(("@###-####-####", "@#######", "WDL@@@@###@@")))


def licences() -> list[Plan]:
    """Plan columns of element 11."""
    return [
        plant(11, "Driver License", SAYS, "Numbers of driver's licences.", driver_licence),
        plant(
            11, "dl_number", SAYS, "Numbers of driver's licences.", lambda d: d.shape("@#######")
        ),
        plant(11, "passport_no", SAYS, "Numbers of passports.", lambda d: d.shape("@########")),
        plant(
            11,
            "NPI",
            SAYS,
            "Numbers of providers lead to a named person and a place.",
            provider_number,
        ),
        plant(11, "RN License #", SAYS, "Licences of nurses.", lambda d: d.shape("R ######-#")),
        plant(
            11,
            "fuehrerschein_nr",
            SAYS,
            "German header; numbers of driving licences.",
            lambda d: d.shape("@0##@@####^#"),
        ),
        plant(
            11,
            "med_cannabis_card",
            HINTS,
            "Certificates of patients in a state's programme.",
            lambda d: d.shape("P#######-##"),
        ),
        plant(
            11,
            "col16",
            SILENT,
            "Numbers with the kind of licence in front.",
            lambda d: d.shape(d.pick(("DL @#######", "lic. PSY #####", "DL: @###-####-####"))),
        ),
        plant(
            11,
            "status",
            MISLEADS,
            "Proof of identity instead of a status.",
            lambda d: f"ID ok - passport {d.shape('@########')}",
        ),
        sprinkle(
            11,
            "screening_note",
            MISLEADS,
            "A licence number in one comment of ten.",
            lambda d: f"photo ID checked, DL {driver_licence(d)}",
            note,
        ),
    ]


def vehicles() -> list[Plan]:
    """Plan columns of element 12."""
    return [
        plant(12, "VIN", SAYS, "Vehicle identification numbers.", vin),
        plant(12, "License plate", SAYS, "Plates of the car that takes the patient home.", plate),
        plant(
            12,
            "Kennzeichen",
            SAYS,
            "German header; plates.",
            lambda d: d.shape(d.pick(("NF-@@ ###", "HH @@ ####", "M-@ ####"))),
        ),
        plant(
            12, "immatriculation", SAYS, "French header; plates.", lambda d: d.shape("@@-###-@@")
        ),
        plant(12, "veh_reg", HINTS, "British plates.", lambda d: d.shape("@@^# @@@")),
        plant(12, "col4", SILENT, "Vehicle identification numbers under an empty header.", vin),
        plant(
            12,
            "permit",
            SILENT,
            "Parking stall and plate.",
            lambda d: f"stall {d.between(1, 30)} - MN {d.shape('@@@-###')}",
        ),
        plant(
            12,
            "discharge_mode",
            MISLEADS,
            "How the patient left, with the plate of the taxi.",
            lambda d: f"{d.pick(('cab', 'rideshare', 'family'))} {plate(d)}",
        ),
        sprinkle(
            12,
            "ride_home",
            HINTS,
            "Some cells describe the car with its plate.",
            lambda d: f"{d.pick(('blue Subaru', 'white F-150', 'red Civic'))}, plate {plate(d)}",
            lambda d: d.pick(("spouse", "friend", "rideshare", "parent")),
        ),
    ]


def devices() -> list[Plan]:
    """Plan columns of element 13."""
    return [
        plant(
            13, "device_serial", SAYS, "Serial numbers of devices.", lambda d: d.shape("SN#######")
        ),
        plant(13, "UDI", SAYS, "Device identifiers with serial number.", udi),
        plant(
            13,
            "pump_sn",
            SAYS,
            "Serial numbers of pumps lead through the log to the patient.",
            lambda d: d.shape("8######"),
        ),
        plant(
            13,
            "Implant serial (VNS)",
            SAYS,
            "An implanted device is the patient's alone.",
            lambda d: d.shape("######"),
            blanks=0.7,
        ),
        plant(
            13,
            "Seriennummer",
            SAYS,
            "German header; serial numbers of monitors.",
            lambda d: d.shape("G#@-#####"),
        ),
        plant(13, "mac_addr", SAYS, "Hardware addresses of the tablets patients take home.", mac),
        plant(
            13,
            "wearable",
            HINTS,
            "Identifiers of watches and rings.",
            lambda d: d.shape("fitbit:@#@##@#@"),
        ),
        plant(13, "col11", SILENT, "Numbers of telephone sets under an empty header.", imei),
        plant(
            13,
            "x_3",
            SILENT,
            "Hardware addresses under an empty header.",
            lambda d: mac(d).replace(":", "-").lower(),
        ),
        plant(
            13,
            "model",
            MISLEADS,
            "Called a model; the serial number stands behind it.",
            lambda d: f"{d.pick(PUMPS)} s/n {d.shape('########')}",
        ),
        sprinkle(
            13,
            "home_equipment",
            HINTS,
            "Some cells carry a serial number.",
            lambda d: f"CPAP ser. no. {d.text(11)}",
            lambda d: d.pick(("CPAP", "none", "oximeter", "BP cuff")),
        ),
    ]


def plans() -> list[Plan]:
    """Plan the columns of elements 11 to 13."""
    return [*licences(), *vehicles(), *devices()]
