"""Leaves of a foreign PDF page only what draws it: no script, action, attachment, form, link or outside file.

What may stay is listed; what a later version of PDF, or a program of its own, adds to a page goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject, StreamObject

_PAGE = frozenset({
    "/Type", "/Parent", "/Resources", "/Contents", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate",
    "/Group", "/UserUnit",
})  # fmt: skip
#: Not ``/Properties``: layers and tags mean nothing without the document that is left behind.
_RESOURCES = frozenset({
    "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/ProcSet"
})  # fmt: skip
_STREAM = frozenset({"/Length", "/Filter", "/DecodeParms", "/DL", "/Type", "/Subtype", "/Name"})
#: What a page draws: forms and pictures. Any other kind (PostScript) is not drawn.
_DRAWN = {
    "/Form": _STREAM | {"/FormType", "/BBox", "/Matrix", "/Resources", "/Group"},
    "/Image": _STREAM | {
        "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Intent", "/ImageMask", "/Mask", "/Decode",
        "/Interpolate", "/SMask", "/SMaskInData", "/Matte",
    },
}  # fmt: skip
#: With these the bytes of a stream come from another file.
_OUTSIDE = ("/F", "/FFilter", "/FDecodeParms")
#: What draws nothing wherever it stands: files, actions, and other parts of the document.
_TYPES = frozenset({"/EmbeddedFile", "/Filespec", "/F", "/Action", "/Annot", "/Page", "/Pages", "/Catalog"})
_ACTIONS = frozenset({
    "/GoTo", "/GoToR", "/GoToE", "/GoToDp", "/GoTo3DView", "/Hide", "/ImportData", "/JavaScript", "/Launch", "/Movie",
    "/Named", "/Rendition", "/ResetForm", "/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm", "/Thread", "/Trans",
    "/URI",
})  # fmt: skip
_FILES = frozenset({"/F", "/UF", "/DOS", "/Mac", "/Unix"})


def strip(pages: Iterable[DictionaryObject]) -> None:
    """Take from *pages*, and from all that they draw with, whatever does not draw."""
    seen: dict[int, Any] = {}  # holds what it has seen: an id may be given again
    for page in pages:
        _keep(page, _PAGE)
        _strip_resources(_of(page, "/Resources"))
        waiting = [page.raw_get(key) for key in page if key != "/Parent"]
        while waiting:  # no recursion: how deep it goes is the sender's choice
            one = waiting.pop().get_object()
            if id(one) in seen or not isinstance(one, DictionaryObject | ArrayObject):
                continue
            seen[id(one)] = one
            waiting += _strip_one(one) if isinstance(one, DictionaryObject) else _strip_array(one)


def _strip_array(one: ArrayObject) -> list[Any]:
    """Clean *one*; what is in it is cleaned next."""
    for n, value in enumerate(one):
        if _draws_nothing(value.get_object()):
            one[n] = NullObject()
    return list(one)


def _strip_one(one: DictionaryObject) -> list[Any]:
    """Clean *one*; what is in it is cleaned next."""
    if isinstance(one, StreamObject):
        for key in _OUTSIDE:
            one.pop(key, None)
        if (kind := _name(one, "/Subtype")) in _DRAWN:
            _keep(one, _DRAWN[kind])
    for key in [key for key in one if _draws_nothing(one.raw_get(key).get_object())]:
        del one[key]
    _strip_resources(_of(one, "/Resources"))
    return [one.raw_get(key) for key in one]


def _strip_resources(resources: Any) -> None:
    if not isinstance(resources, DictionaryObject):
        return
    _keep(resources, _RESOURCES)
    drawn = _of(resources, "/XObject")
    if isinstance(drawn, DictionaryObject):
        for name in [name for name in drawn if _name(_of(drawn, name), "/Subtype") not in _DRAWN]:
            del drawn[name]


def _draws_nothing(value: Any) -> bool:
    """Whether *value* is a file, an action or another part of the document; by what it has, since a type may be left out."""
    if not isinstance(value, DictionaryObject):
        return False
    files = _of(value, "/EF")  # a picture may be called so: that is a stream
    return (
        _name(value, "/Type") in _TYPES
        or _name(value, "/S") in _ACTIONS
        or (
            isinstance(files, DictionaryObject)
            and not isinstance(files, StreamObject)
            and not _FILES.isdisjoint(files)
        )
    )


def _keep(one: DictionaryObject, keys: frozenset[str]) -> None:
    for key in [key for key in one if key not in keys]:
        del one[key]


def _of(one: Any, key: str) -> Any:
    """The value of *key*, looked up where it is a reference; None without one."""
    if not isinstance(one, DictionaryObject) or key not in one:
        return None
    return one.raw_get(key).get_object()


def _name(one: Any, key: str) -> str:
    value = _of(one, key)
    return str(value) if isinstance(value, NameObject) else ""
