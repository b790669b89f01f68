"""Eighty calls as a handler hears and types them, and what the board must say to each.

One night in an invented registry. Half of the calls the search was tuned on; the other half was
written down before the board had answered any of them, and nothing was changed for it since.
"""

from dataclasses import dataclass

TEST = "TEST NOW"
REAL = "TREAT AS REAL"


@dataclass(frozen=True)
class Somewhere:
    """A venue of the registry, and how a visit there stands; empty where there is none."""

    name: str
    address: str
    postcode: str
    group: str = ""
    stands: str = ""


#: By the word that the calls below have for it.
REGISTRY = {
    "gannet": Somewhere(
        "The Gannet Hotel", "4 Herring Row\nWessendale", "ZZ1 1ZZ", stands="under way"
    ),
    "gannet lodge": Somewhere("Gannet Lodge", "9 Mill Lane\nWessendale", "ZZ1 5LE"),
    "travelstay": Somewhere("Travelstay", "9 Herring Row\nWessendale", "ZZ1 1ZY"),
    "lantern": Somewhere(
        *("Lanternstay Ostermeer 69", "69 Quay Street\nOstermeer", "ZZ6 9AB", "Lanternstay"),
        stands="under way",
    ),
    "lantern 66": Somewhere(
        "Lanternstay Ostermeer 66", "66 Quay Street\nOstermeer", "ZZ6 9AC", "Lanternstay"
    ),
    "obriens": Somewhere(
        "O’Brien's", "12 High Street\nSt. Osyth Bay", "ZZ4 7TR", stands="in its window"
    ),
    "mon": Somewhere(
        "Ynys Môn Inn & Rooms", "Ffordd y Môr\nPorth Llanw", "ZZ9 3QP", stands="just ended"
    ),
    "bride": Somewhere(
        *("St. Bride's Lodge", "1 Cathedral Close\nCawdersley", "ZZ2 8XY", "Fernrest & Sons"),
        stands="under way",
    ),
    "riverside": Somewhere(
        "Fernrest Riverside", "3 Weir Walk\nCawdersley", "ZZ2 8AA", "Fernrest & Sons"
    ),
    "airport": Somewhere(
        *("Ferrystay", "Terminal 4\nOstermeer Airport", "ZZ6 2AH", "Ferrystay"),
        stands="under way",
    ),
    "station": Somewhere("Ferrystay", "2 Station Road\nCawdersley", "ZZ2 3AA", "Ferrystay"),
    "knight": Somewhere("Knight’s Rest", "8 Beech Grove\nTarnmoor", "ZZ3 4QN", stands="under way"),
    "beacon": Somewhere(
        "The Beacon House Hotel", "1 Promenade\nSandhaven", "ZZ7 5BE", stands="soon"
    ),
    "beacon guest": Somewhere("Beacon Guest House", "3 Promenade\nSandhaven", "ZZ7 5BF"),
    "quayside": Somewhere("Quayside Rooms", "5 Quay Road\nSandhaven", "ZZ7 1QR", stands="overdue"),
    "seven": Somewhere("Number Seven", "7 Chapel Street\nTarnmoor", "ZZ3 1AA", stands="under way"),
    "rose": Somewhere(
        "Rose and Crown", "14 Market Place\nWessendale", "ZZ1 3RC", stands="never started"
    ),
    "cafe": Somewhere(
        "Café Élan Suites", "30 Bishop’s Walk\nCawdersley", "ZZ2 6EL", stands="under way"
    ),
    "wharf": Somewhere(
        "Hotel Wharf", "41 Wharf Street\nOstermeer", "ZZ6 5WH", stands="running over"
    ),
    "inn": Somewhere("The Inn", "3 Mill Lane\nWessendale", "ZZ1 5LD", stands="under way"),
    "albert square": Somewhere(
        "Royal Albert Hotel", "1 Albert Square\nTarnmoor", "ZZ3 9AS", stands="in its window"
    ),
    "albert road": Somewhere(
        "Royal Albert Hotel", "60 Albert Road\nSandhaven", "ZZ7 6AR", stands="under way"
    ),
}

#: What was heard, what the board must say, and which tests it must show beside it.
TUNED_ON = [
    ("gannet hotel", TEST, ["gannet"]),
    ("the gannet hotel herring row", TEST, ["gannet"]),
    ("gannet hotel on herring row", TEST, ["gannet"]),
    ("gannet", REAL, ["gannet"]),
    ("ganet hotel", REAL, ["gannet"]),
    ("gannit hotel wessendale", REAL, ["gannet"]),
    ("next to the gannet hotel", REAL, ["gannet"]),
    ("gannet lodge", REAL, []),
    ("lanternstay ostermeer 69", TEST, ["lantern"]),
    ("lantern stay ostermeer sixty nine", REAL, ["lantern"]),
    ("lanternstay ostermeer 66", REAL, []),
    ("quay street ostermeer", REAL, ["lantern"]),
    ("key street", REAL, ["lantern"]),
    ("obriens", TEST, ["obriens"]),
    ("o brians high street", REAL, ["obriens"]),
    ("O´Brien’s, 12 High St", TEST, ["obriens"]),
    ("saint brides lodge", TEST, ["bride"]),
    ("st brides cathedral close", REAL, ["bride"]),
    ("fernrest", REAL, ["bride"]),
    ("ferrystay", REAL, ["airport"]),
    ("ferrystay terminal 4", TEST, ["airport"]),
    ("ferrystay station road", REAL, []),
    ("knights rest", TEST, ["knight"]),
    ("nights rest", REAL, ["knight"]),
    ("beacon house hotel", REAL, ["beacon"]),
    ("rose & crown", REAL, ["rose"]),
    ("ynys mon inn and rooms", REAL, ["mon"]),
    ("number seven", TEST, ["seven"]),
    ("royal albert hotel", REAL, ["albert square", "albert road"]),
    ("zz1 1zz", REAL, ["gannet"]),
]

#: The same; written before any answer was seen, and never tuned on.
HELD_OUT = [
    ("GANNET HOTEL, Wessendale", TEST, ["gannet"]),
    ("its the gannet in herring row", REAL, ["gannet"]),
    ("hotel gannet", TEST, ["gannet"]),
    ("garnet hotel", REAL, ["gannet"]),
    ("opposite the gannet hotel, travelstay", REAL, []),
    ("travelstay herring row", REAL, []),
    ("lanternstay quay street", REAL, ["lantern"]),
    ("Lanternstay Ostermeer 69 in Quay St", TEST, ["lantern"]),
    ("lantern stay", REAL, ["lantern"]),
    ("osyth bay o'brien", REAL, ["obriens"]),
    ("obrien's in st osyth bay", TEST, ["obriens"]),
    ("Saint Bride’s Lodge at Cathedral Close", TEST, ["bride"]),
    ("st brydes lodge", REAL, ["bride"]),
    ("fern rest and sons cawdersley", REAL, ["bride"]),
    ("ferry stay at the airport", REAL, ["airport"]),
    ("Ferrystay ZZ6 2AH", TEST, ["airport"]),
    ("ferrystay cawdersley", REAL, []),
    ("nites rest beach grove", REAL, ["knight"]),
    ("knight's rest, 8 beech grove", TEST, ["knight"]),
    ("beacon guest house", REAL, []),
    ("the promenade sandhaven", REAL, ["beacon"]),
    ("quayside rooms", REAL, ["quayside"]),
    ("no 7 chapel street", REAL, ["seven"]),
    ("rose and crown market place", REAL, ["rose"]),
    ("cafe elan suites", TEST, ["cafe"]),
    ("caffay ellan bishops walk", REAL, ["cafe"]),
    ("wharf hotel", TEST, ["wharf"]),
    ("the inn", REAL, ["inn"]),
    ("royal albert hotel albert square", TEST, ["albert square"]),
    ("zz65wh", REAL, ["wharf"]),
]

# Names with a slip --------------------------------------------------------------------------------
#
# What was heard, and of which places the board must ask whether the caller means them: none of
# these calls is a test until the caller has said so.

#: Ten that the question was tuned on.
SLIPS_TUNED_ON = [
    ("gannit hotel herring row", ["gannet"]),
    ("the ganet hotel", ["gannet"]),
    ("kannet hotel", ["gannet"]),
    ("nights rest beech grove", ["knight"]),
    ("saint brydes lodge", ["bride"]),
    ("cafe elaine suites", ["cafe"]),
    ("lanternstay ostermere 69", ["lantern"]),
    ("lanternstay ostermere 66", []),
    ("o'bryans in st osyth bay", ["obriens"]),
    ("ganet lodge", []),
]

#: Ten written before the board could ask at all, and never tuned on.
SLIPS_HELD_OUT = [
    ("gannet hotel hearing row", ["gannet"]),
    ("knights wrest tarnmore", ["knight"]),
    ("lantern stay ostermeir sixty nine", ["lantern"]),
    ("st brides lodge kathedral close", ["bride"]),
    ("cafe alan suites", ["cafe"]),
    ("royal halbert hotel albert square", ["albert square"]),
    ("wharfe hotel", ["wharf"]),
    ("the beecon house hotel", ["beacon"]),
    ("kestrel hotel herring row", []),
    ("ferrystay terminal five", []),
]
