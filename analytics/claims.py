"""The few sentences the product may say about its own meaning, in one place; each is translated
where it is said."""

from language.spoken import mark

DISCLAIMER = mark(
    "Inspired by a mouse study in which unloading the hind legs was followed by less "
    "proliferation of neural stem cells grown from those mice. It does not show what leg exercise "
    "does to a person's brain. The targets here come from public-health guidelines and human "
    "studies, not from that paper."
)
"""Printed on every page that shows a score and in every report."""

STUDY = (
    "Adami R, Pagano J, Colombo M, et al. Reduction of Movement in Neurological Diseases: Effects "
    "on Neural Stem Cells Characteristics. Frontiers in Neuroscience 2018;12:336. "
    "doi:10.3389/fnins.2018.00336"
)

DOSE_CAVEAT = mark(
    "Loaded-Leg Dose is a proxy of the force under the feet, not of the load in any tissue. "
    "Nobody has tested it against a health outcome."
)

OSTEOGENIC_LABEL = mark("Bone-loading model, from animal bone; not a brain or health measure.")

NOT_FOR = mark(
    "The targets do not apply to children, in pregnancy, to amputees or to wheelchair users: "
    "choose “no score” to see the data and trends without points."
)
