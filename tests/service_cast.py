"""A real server of every kind of remote service, on loopback, and the ways it can misbehave."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image

BOX = (117.0, 30.0, 119.0, 32.0)

WMS = """<?xml version="1.0" encoding="UTF-8"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink">
 <Service><Name>WMS</Name><Title>省级国土空间规划</Title><Abstract>规划分区与控制线</Abstract>
  <ContactInformation><ContactPersonPrimary><ContactOrganization>省自然资源厅</ContactOrganization></ContactPersonPrimary>
   <ContactVoiceTelephone>0551-0000</ContactVoiceTelephone></ContactInformation></Service>
 <Capability><Request><GetMap><Format>image/jpeg</Format><Format>image/png</Format></GetMap></Request>
  <Layer><Title>全部</Title><CRS>EPSG:4490</CRS><CRS>EPSG:3857</CRS>
   <EX_GeographicBoundingBox><westBoundLongitude>117</westBoundLongitude><eastBoundLongitude>119</eastBoundLongitude>
    <southBoundLatitude>30</southBoundLatitude><northBoundLatitude>32</northBoundLatitude></EX_GeographicBoundingBox>
   <Layer queryable="1"><Name>plan</Name><Title>规划分区</Title><Abstract>市县分区</Abstract></Layer>
   <Layer><Name>lines</Name><Title>控制线</Title><CRS>EPSG:4527</CRS>
    <EX_GeographicBoundingBox><westBoundLongitude>118</westBoundLongitude><eastBoundLongitude>118.5</eastBoundLongitude>
     <southBoundLatitude>30.5</southBoundLatitude><northBoundLatitude>31</northBoundLatitude></EX_GeographicBoundingBox></Layer>
  </Layer></Capability></WMS_Capabilities>"""

OLD_WMS = """<?xml version="1.0"?>
<!DOCTYPE WMT_MS_Capabilities SYSTEM "http://schemas.opengis.net/wms/1.1.1/capabilities_1_1_1.dtd">
<WMT_MS_Capabilities version="1.1.1"><Service><Title>Old</Title></Service><Capability>
 <Request><GetMap><Format>image/png</Format></GetMap></Request>
 <Layer><Name>base</Name><Title>Base</Title><SRS>EPSG:4326 EPSG:900913</SRS>
  <LatLonBoundingBox minx="117" miny="30" maxx="119" maxy="32"/></Layer>
</Capability></WMT_MS_Capabilities>"""

WMTS = """<?xml version="1.0"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" version="1.0.0">
 <ows:ServiceIdentification><ows:Title>影像瓦片</ows:Title></ows:ServiceIdentification>
 <ows:ServiceProvider><ows:ProviderName>测绘院</ows:ProviderName></ows:ServiceProvider>
 <Contents><Layer><ows:Title>影像</ows:Title><ows:Identifier>img</ows:Identifier><Format>image/png</Format>
   <ows:WGS84BoundingBox><ows:LowerCorner>117 30</ows:LowerCorner><ows:UpperCorner>119 32</ows:UpperCorner></ows:WGS84BoundingBox>
   <Style isDefault="true"><ows:Identifier>plain</ows:Identifier></Style>
   <TileMatrixSetLink><TileMatrixSet>w</TileMatrixSet></TileMatrixSetLink></Layer>
  <Layer><ows:Title>经纬度影像</ows:Title><ows:Identifier>img_c</ows:Identifier><Format>image/png</Format>
   <TileMatrixSetLink><TileMatrixSet>c</TileMatrixSet></TileMatrixSetLink></Layer>
  <TileMatrixSet><ows:Identifier>w</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>{matrices}</TileMatrixSet>
  <TileMatrixSet><ows:Identifier>c</ows:Identifier><ows:SupportedCRS>urn:ogc:def:crs:EPSG::4490</ows:SupportedCRS></TileMatrixSet>
 </Contents></Capabilities>""".replace(
    "{matrices}",
    "".join(
        f"<TileMatrix><ows:Identifier>L{z:02d}</ows:Identifier><ScaleDenominator>{559082264.0287178 / 2**z!r}</ScaleDenominator>"
        "<TopLeftCorner>-20037508.3428 20037508.3428</TopLeftCorner>"
        "<TileWidth>256</TileWidth><TileHeight>256</TileHeight></TileMatrix>"
        for z in range(12)
    ),
)

WFS = """<?xml version="1.0"?>
<wfs:WFS_Capabilities version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1">
 <ows:ServiceIdentification><ows:Title>地名要素</ows:Title></ows:ServiceIdentification>
 <wfs:FeatureTypeList><wfs:FeatureType><wfs:Name>ns:dm</wfs:Name><wfs:Title>地名</wfs:Title>
  <wfs:DefaultCRS>urn:ogc:def:crs:EPSG::4490</wfs:DefaultCRS><wfs:OutputFormats><wfs:Format>application/json</wfs:Format></wfs:OutputFormats>
  <ows:WGS84BoundingBox><ows:LowerCorner>117 30</ows:LowerCorner><ows:UpperCorner>119 32</ows:UpperCorner></ows:WGS84BoundingBox>
 </wfs:FeatureType></wfs:FeatureTypeList></wfs:WFS_Capabilities>"""

BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><WMS_Capabilities>&b;</WMS_Capabilities>'

COLLECTIONS = {
    "title": "开放数据",
    "collections": [
        {
            "id": "parks", "title": "公园", "description": "城市公园", "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
            "extent": {"spatial": {"bbox": [[117, 30, 119, 32]]}},
            "links": [{"rel": "items", "type": "application/geo+json", "href": "items"}],
        }
    ],
}  # fmt: skip

ARCGIS = {
    "currentVersion": 10.91, "mapName": "现状", "capabilities": "Map,Query", "supportedImageFormatTypes": "PNG32,PNG,JPG",
    "spatialReference": {"wkid": 102100, "latestWkid": 3857},
    "fullExtent": {"xmin": 13024380, "ymin": 3503550, "xmax": 13247020, "ymax": 3763310, "spatialReference": {"latestWkid": 3857}},
    "layers": [{"id": 0, "name": "图斑"}, {"id": 3, "name": "水系"}], "documentInfo": {"Title": "现状一张图"},
}  # fmt: skip


class Remote:
    """The running server: `address`, and what it was asked."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.address = f"http://127.0.0.1:{server.server_address[1]}"
        self.asked: list[str] = []
        self.silent = False

    @property
    def allow(self) -> str:
        """What `GUOTU_OUTBOUND_ALLOW` must say to reach it."""
        return f"{self.address}=127.0.0.1/32"


def tile_png(colour: tuple[int, int, int] = (40, 120, 220)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (256, 256), (*colour, 200)).save(out, "PNG")
    return out.getvalue()


def _answer(path: str, query: dict[str, list[str]]) -> tuple[int, str, bytes, dict[str, str]]:  # noqa: C901
    request = next((value[0] for name, value in query.items() if name.upper() == "REQUEST"), "")
    documents: dict[str, str] = {
        "/wms": WMS, "/old": OLD_WMS, "/wmts": WMTS, "/wfs": WFS, "/bomb": BOMB,
        "/report": "<ServiceExceptionReport><ServiceException>没有这个图层</ServiceException></ServiceExceptionReport>",
    }  # fmt: skip
    if path in ("/wms", "/wmts", "/old") and request in ("GetMap", "GetTile"):
        return 200, "image/png", tile_png(), {}
    if path in documents:
        return 200, "text/xml", documents[path].encode(), {}
    if path == "/ogc/collections":
        return 200, "application/json", json.dumps(COLLECTIONS, ensure_ascii=False).encode(), {}
    if path == "/arcgis/MapServer":
        return 200, "application/json", json.dumps(ARCGIS, ensure_ascii=False).encode(), {}
    if path == "/arcgis/MapServer/export":
        return 200, "image/png", tile_png((200, 60, 60)), {}
    if path.startswith("/xyz/"):
        return 200, "image/png", tile_png((60, 160, 60)), {}
    if path == "/script":
        return 200, "image/png", b"<html><script>alert(1)</script></html>", {}
    if path == "/large":
        return 200, "text/xml", b"x" * (20 << 20), {}
    if path == "/packed":
        return 200, "text/xml", b"\x1f\x8b\x08", {"Content-Encoding": "gzip"}
    if path == "/away":
        return 302, "text/plain", b"", {"Location": "http://example.invalid/"}
    if path == "/here":
        return 302, "text/plain", b"", {"Location": "/wms?REQUEST=GetCapabilities"}
    if path == "/broken":
        return 503, "text/plain", b"", {}
    return 404, "text/plain", b"", {}


@contextmanager
def remote() -> Iterator[Remote]:
    """A server on a free port of loopback."""
    held: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            held["remote"].asked.append(self.path)
            if parts.path == "/drip" or held["remote"].silent:
                self._drip()
                return
            status, type, body, more = _answer(parts.path, parse_qs(parts.query))
            self.send_response(status)
            self.send_header("Content-Type", type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                return

        def _drip(self) -> None:
            """A byte now and then, for as long as anybody listens."""
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
            try:
                for _ in range(200):
                    self.wfile.write(b" ")
                    self.wfile.flush()
                    time.sleep(0.05)
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held["remote"] = Remote(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held["remote"]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
