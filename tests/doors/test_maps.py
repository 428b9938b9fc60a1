"""The GeoPackage of a plan, opened by QGIS and by GDAL's tools."""

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest

import heatnet as hn

pytestmark = pytest.mark.door
LAYERS = ("assets", "stations", "sources", "measure_first", "jobs", "cures", "station_cures", "valves_to_close")
PYTHON = "/usr/bin/python3"  # Debian's, which python3-qgis belongs to
SHOWN = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsVectorLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
app = QgsApplication([], False)
app.initQgis()
file, picture, *names = sys.argv[1:]
layers = [QgsVectorLayer(f"{file}|layername={name}", name, "ogr") for name in names]
for layer in layers:
    print(layer.name(), int(layer.isValid()), layer.renderer().type(), int(layer.labelsEnabled()), layer.crs().authid())
settings = QgsMapSettings()
settings.setLayers(layers[::-1])
settings.setBackgroundColor(QColor(255, 255, 255))
settings.setOutputSize(QSize(700, 650))
settings.setExtent(layers[0].extent())
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
seen = {QColor(image.pixel(x, y)).name() for x in range(0, 700) for y in range(0, 650)}
print("colours", *sorted({"#be1e2d", "#f08c1e", "#969696"} & seen))
image.save(picture)
sys.stdout.flush()
os._exit(0)  # the bindings do not always survive their own clearing up
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assessment = hn.assess(hn.read_inventory(Path(__file__).parents[2] / "fixtures" / "district"), season=2026)
    assessment = dataclasses.replace(assessment, network=assessment.network.with_crs("EPSG:4547"))
    path = tmp_path_factory.mktemp("gis") / "plan.gpkg"
    hn.write_gis(hn.plan_cures(assessment, max_km=2.0, max_stations=1), path)
    return path


def test_qgis_shows_every_layer_in_its_style(file: Path, tmp_path: Path) -> None:
    has_qgis = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode == 0
    assert has_qgis, "QGIS is not installed: .ci/doors installs python3-qgis"
    command = [PYTHON, "-c", SHOWN, str(file), str(tmp_path / "map.png"), *LAYERS]
    shown = subprocess.run(command, capture_output=True, check=True, text=True, timeout=300)
    lines = [line.split() for line in shown.stdout.splitlines()]
    styled = {"assets": "0", "stations": "1", "sources": "1", "measure_first": "0", "jobs": "1", "cures": "0"}
    styled |= {"station_cures": "1", "valves_to_close": "1"}
    plain = ("jobs", "sources", "valves_to_close")
    expected = [
        [name, "1", "singleSymbol" if name in plain else "categorizedSymbol", styled[name], "EPSG:4547"]
        for name in LAYERS
    ]
    assert lines[:-1] == expected
    # the colours of grade A and of renewal, of grade B, and of all other pipes, as the styles say
    assert lines[-1] == ["colours", "#969696", "#be1e2d", "#f08c1e"]
    assert (tmp_path / "map.png").stat().st_size > 5000


def test_gdals_tools_find_nothing_to_warn_of(file: Path) -> None:
    ogrinfo = shutil.which("ogrinfo")
    assert ogrinfo, "GDAL's tools are not installed: .ci/doors installs gdal-bin"
    told = subprocess.run([ogrinfo, "-al", "-so", str(file)], capture_output=True, check=True, text=True)
    assert not told.stderr
    assert all(f"Layer name: {name}" in told.stdout for name in (*LAYERS, "layer_styles"))
