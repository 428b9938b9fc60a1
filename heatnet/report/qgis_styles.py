"""Styles of a plan's layers as QGIS keeps them (QML). Nothing in them comes from a file: fields, classes are ours."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

LINE, POINT = "line", "marker"


def style_of(shape: str, classes: Sequence[tuple[str, str, str, float]], *, field: str = "", label: str = "") -> str:
    """Return a style.

    Parameters
    ----------
    shape : str
        `LINE` or `POINT`.
    classes : sequence of (value, words, colour, width)
        One symbol for each value of `field`, the empty value for all others; without a field one for all. Colour as
        ``r,g,b,a``; width in mm, of a point its size.
    field : str
        Column whose values tell the classes apart.
    label : str
        Column that is written beside each shape.
    """
    symbols = "".join(_symbol(shape, str(at), colour, width) for at, (_, _, colour, width) in enumerate(classes))
    if field:
        listed = "".join(
            f'<category render="true" symbol="{at}" value={quoteattr(value)} label={quoteattr(words)}/>'
            for at, (value, words, _, _) in enumerate(classes)
        )
        renderer = (
            f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(field)} symbollevels="0" enableorderby="0"'
            f' forceraster="0"><categories>{listed}</categories><symbols>{symbols}</symbols></renderer-v2>'
        )
    else:
        renderer = (
            '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">'
            f"<symbols>{symbols}</symbols></renderer-v2>"
        )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        '<qgis version="3.22.0" styleCategories="Symbology|Labeling"'
        f' labelsEnabled="{int(bool(label))}">{renderer}{_labels(shape, label)}</qgis>\n'
    )


def _symbol(shape: str, name: str, colour: str, width: float) -> str:
    if shape == LINE:
        kind = "SimpleLine"
        options = {"line_color": colour, "line_width": f"{width:g}", "line_width_unit": "MM", "capstyle": "round"}
        options |= {"joinstyle": "round", "line_style": "solid"}
    else:
        kind = "SimpleMarker"
        options = {"name": "circle", "color": colour, "size": f"{width:g}", "size_unit": "MM"}
        options |= {"outline_color": "255,255,255,255", "outline_width": "0.3", "outline_width_unit": "MM"}
    props = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in options.items())
    listed = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items())
    return (
        f'<symbol type="{shape}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{kind}" pass="0" enabled="1" locked="0"><Option type="Map">{listed}</Option>{props}</layer>'
        "</symbol>"
    )


def _labels(shape: str, label: str) -> str:
    if not label:
        return ""
    place = 'placement="2" placementFlags="10"' if shape == LINE else 'placement="6" dist="1"'
    return (
        f'<labeling type="simple"><settings calloutType="simple"><text-style fieldName={quoteattr(label)}'
        ' isExpression="0" fontSize="8" fontSizeUnit="Point" textColor="40,40,40,255" textOpacity="1">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255"/></text-style>'
        f"<placement {place}/></settings></labeling>"
    )
