"""Secure summation: a coordinator learns the sum over all sites, and no site's own sums.

Every two sites agree on a random stream that only the two can work out; one adds it to its numbers,
the other subtracts it. A message alone is a row of random numbers; in the sum over all sites the
streams cancel. What is summed does not matter: named arrays of agreed shapes.

Who is assumed to do what. The coordinator follows the protocol and is curious; messages may be read
by anybody. Sites follow the protocol and may tell each other, and the coordinator, all they know.

Protected: without the private key of a site or the help of all others, its message tells nothing
but the site, the round and the length. Sites that collude, up to all but two, learn the sum of the
rest and nothing more; all but one know the last one's sums from the result alone, as in any sum.
Altered, exchanged, repeated and missing messages are noticed: they are signed by the key that the
roster has, masks are tied to roster, round, specification, layout and pair, and masked zeros must
add up to zero.

Not protected: what the network's sum tells by itself (small counts in it are for
`analysis.disclosure`); two rounds over networks that differ by one site, whose difference is that
site's sums, so leaving one site out and a late message of a site that dropped out are not for
masked sums; the same for two rounds over data that differ by a few patients; a roster with invented
sites or exchanged keys, which is why all sites compare its fingerprint by another way; a site that
sends wrong numbers; a private key that is copied, or used without its record of rounds. A private
key that is stolen later opens earlier messages of its site to whoever has kept them.
"""

from analysis.distributed.masks.agreed import RoundTerms
from analysis.distributed.masks.layout import Layout, laid_out, taken_apart
from analysis.distributed.masks.masking import mask
from analysis.distributed.masks.message import Masked, masked_of, masked_sums
from analysis.distributed.masks.places import require_no_private_key
from analysis.distributed.masks.public_key import PublicKey, read_public_key, write_public_key
from analysis.distributed.masks.roster import Roster, read_roster, write_roster
from analysis.distributed.masks.site_key import SiteKey, make_site_key, read_site_key
from analysis.distributed.masks.unmasking import NetworkSum, unmask

__all__ = [
    "Layout",
    "Masked",
    "NetworkSum",
    "PublicKey",
    "Roster",
    "RoundTerms",
    "SiteKey",
    "laid_out",
    "make_site_key",
    "mask",
    "masked_of",
    "masked_sums",
    "read_public_key",
    "read_roster",
    "read_site_key",
    "require_no_private_key",
    "taken_apart",
    "unmask",
    "write_public_key",
    "write_roster",
]
