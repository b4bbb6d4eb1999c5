"""A workbook with all that libraries lose on a round trip, each as Excel stores it.

XlsxWriter writes cells, text box, button, check box, sparkline, data bar, table and the VBA project; the pivot table and the
slicer, which no free library writes, are put in by hand with all their relationships.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_MICROSOFT = "application/vnd.ms-excel"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
#: Extensions that nobody but their maker knows, one for each place that may hold some.
UNKNOWN = (
    '<ext uri="{{00000000-0000-4000-8000-00000000000{0}}}" xmlns:q="urn:somebody"><q:kept at="{0}"/></ext>'
)
SLICERS = (
    f'<ext xmlns:x14="{X14}" uri="{{A8765BA9-456A-4dab-B4F3-ACF838C121DE}}"><x14:slicerList>'
    '<x14:slicer r:id="rIdSlicer"/></x14:slicerList></ext>'
)
CACHES = (
    f'<ext xmlns:x14="{X14}" uri="{{BBE1A952-AA13-448e-AADC-164F8A28A991}}"><x14:slicerCaches>'
    '<x14:slicerCache r:id="rIdSlicerCache"/></x14:slicerCaches></ext>'
)

PIVOT = {
    "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="rId1" '
    'refreshedBy="周敏" refreshedDate="46295" createdVersion="6" refreshedVersion="6" minRefreshableVersion="3" '
    'recordCount="2"><cacheSource type="worksheet"><worksheetSource ref="A20:B22" sheet="表"/></cacheSource>'
    '<cacheFields count="2"><cacheField name="单位" numFmtId="0"><sharedItems count="2"><s v="甲"/><s v="乙"/></sharedItems>'
    '</cacheField><cacheField name="金额" numFmtId="0"><sharedItems containsSemiMixedTypes="0" containsString="0" '
    'containsNumber="1" containsInteger="1" minValue="1" maxValue="2"/></cacheField></cacheFields></pivotCacheDefinition>',
    "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": "{rels:rId1 pivotCacheRecords pivotCacheRecords1.xml}",
    "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords xmlns="{MAIN}" count="2"><r><x v="0"/><n v="1"/></r>'
    '<r><x v="1"/><n v="2"/></r></pivotCacheRecords>',
    "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition xmlns="{MAIN}" name="透视表1" cacheId="5" dataCaption="值" '
    'updatedVersion="6" minRefreshableVersion="3" createdVersion="6" outline="1" outlineData="1">'
    '<location ref="J20:K23" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/><pivotFields count="2">'
    '<pivotField axis="axisRow" showAll="0"><items count="3"><item x="0"/><item x="1"/><item t="default"/></items></pivotField>'
    '<pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1"><field x="0"/></rowFields>'
    '<rowItems count="3"><i><x/></i><i><x v="1"/></i><i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems>'
    '<dataFields count="1"><dataField name="求和项:金额" fld="1" baseField="0" baseItem="0"/></dataFields>'
    "</pivotTableDefinition>",
    "xl/pivotTables/_rels/pivotTable1.xml.rels": "{rels:rId1 pivotCacheDefinition ../pivotCache/pivotCacheDefinition1.xml}",
}  # fmt: skip
SLICER = {
    "xl/slicers/slicer1.xml": f'<slicers xmlns="{X14}"><slicer name="单位" cache="切片器_单位" caption="单位" rowHeight="241300"/>'
    "</slicers>",
    "xl/slicerCaches/slicerCache1.xml": f'<slicerCacheDefinition xmlns="{X14}" name="切片器_单位" sourceName="单位">'
    '<pivotTables><pivotTable tabId="1" name="透视表1"/></pivotTables><data><tabular pivotCacheId="5"><items count="2">'
    '<i x="0" s="1"/><i x="1" s="1"/></items></tabular></data></slicerCacheDefinition>',
}  # fmt: skip
_OVERRIDES = {
    "xl/pivotCache/pivotCacheDefinition1.xml": f"{_TYPES}.pivotCacheDefinition+xml",
    "xl/pivotCache/pivotCacheRecords1.xml": f"{_TYPES}.pivotCacheRecords+xml",
    "xl/pivotTables/pivotTable1.xml": f"{_TYPES}.pivotTable+xml",
    "xl/slicers/slicer1.xml": f"{_MICROSOFT}.slicer+xml",
    "xl/slicerCaches/slicerCache1.xml": f"{_MICROSOFT}.slicerCache+xml",
}
#: What the parts of XlsxWriter are given: where, and what before it.
_INSERTED = {
    "[Content_Types].xml": (
        "</Types>",
        "".join(f'<Override PartName="/{n}" ContentType="{t}"/>' for n, t in _OVERRIDES.items()),
    ),
    "xl/_rels/workbook.xml.rels": (
        "</Relationships>",
        f'<Relationship Id="rIdPivot" Type="{OFFICE}/pivotCacheDefinition" Target="pivotCache/pivotCacheDefinition1.xml"/>'
        '<Relationship Id="rIdSlicerCache" Type="http://schemas.microsoft.com/office/2007/relationships/slicerCache" '
        'Target="slicerCaches/slicerCache1.xml"/>',
    ),
    "xl/workbook.xml": (
        "</workbook>",
        f'<pivotCaches><pivotCache cacheId="5" r:id="rIdPivot"/></pivotCaches><extLst>{CACHES}{UNKNOWN.format(1)}</extLst>',
    ),
    "xl/worksheets/_rels/sheet1.xml.rels": (
        "</Relationships>",
        f'<Relationship Id="rIdTable" Type="{OFFICE}/pivotTable" Target="../pivotTables/pivotTable1.xml"/>'
        '<Relationship Id="rIdSlicer" Type="http://schemas.microsoft.com/office/2007/relationships/slicer" '
        'Target="../slicers/slicer1.xml"/>',
    ),
    "xl/worksheets/sheet1.xml": ("</extLst></worksheet>", SLICERS + UNKNOWN.format(2)),
    "xl/styles.xml": ("</styleSheet>", f"<extLst>{UNKNOWN.format(3)}</extLst>"),
    "xl/tables/table1.xml": ("</table>", f"<extLst>{UNKNOWN.format(4)}</extLst>"),
}  # fmt: skip


def write_rich(path: Path) -> Path:
    """Write the workbook (.xlsm) to *path*; the same bytes in every part each time."""
    macros = path.with_suffix(".bin")
    macros.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8)  # never opened by anybody
    plain = path.with_suffix(".plain.xlsm")
    book = xlsxwriter.Workbook(str(plain))
    book.add_vba_project(str(macros))
    sheet = book.add_worksheet("表")
    for r, values in enumerate([[1, 2, 3, "文字"], [4, 5, 6, "=不是公式"]]):
        sheet.write_row(r, 0, values[:3])
        sheet.write_string(r, 3, str(values[3]))
    sheet.insert_textbox("F5", "文本框")
    sheet.insert_button("H5", {"caption": "按钮", "macro": "运行"})
    sheet.insert_checkbox("A9", True)
    sheet.add_sparkline("E1", {"range": "表!A1:C1"})
    sheet.conditional_format("A1:C1", {"type": "data_bar", "data_bar_2010": True})
    sheet.write_comment("A1", "财务批注", {"author": "周敏"})
    sheet.data_validation("B2", {"validate": "list", "source": ["是", "否"]})
    sheet.add_table(
        "A20:B22", {"columns": [{"header": "单位"}, {"header": "金额"}], "data": [["甲", 1], ["乙", 2]]}
    )
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=表!$A$1:$C$1"})
    book.add_worksheet("图表").insert_chart("A1", chart)
    book.close()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name in _INSERTED:
                before, inserted = (x.encode() for x in _INSERTED[name])
                assert content.count(before) == 1, name
                content = content.replace(before, inserted + before)
            new.writestr(name, content)
        for name, text in (PIVOT | SLICER).items():
            new.writestr(name, _HEAD + (_relations(text) if text.startswith("{rels:") else text))
    plain.unlink()
    macros.unlink()
    return path


def _relations(text: str) -> str:
    id_, kind, target = text.removeprefix("{rels:").removesuffix("}").split(" ")
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="{id_}" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )
