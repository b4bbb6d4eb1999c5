"""``qq-excel key``: makes the key that signs write-off packs, and tells whose a key is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qq_excel.cli import common
from qq_excel.cli.common import OK, out
from qq_excel.cli.helping import App
from qq_excel.cli.options import LangOption, Language
from qq_excel.errors import InputError
from qq_excel.language import Text, t

key_app = App(help=t("给申请包签名的密钥", "the key that signs packs"), no_args_is_help=True)


@key_app.command(
    "new",
    help=t(
        "生成密钥：私钥只有本人可读，公钥写在旁边，发给收件人",
        "make a key: the private one for its owner alone, the public one beside it",
    ),
)
def new(
    private: Annotated[
        Path,
        typer.Argument(
            help=t("私钥文件，如 私钥.pem；已有的不覆盖", "the private key's file; an existing one is kept")
        ),
    ],
    password_file: Annotated[
        Path | None,
        typer.Option(
            "--password-file",
            help=t("给私钥加密码：文件的第一行", "lock the private key: the first line of the file"),
        ),
    ] = None,
    lang: LangOption = Language.ZH,
) -> int:
    """Make a key."""
    from qq_excel.papers.key_making import make_key, public_path
    from qq_excel.papers.signing import fingerprint

    del lang
    password = None
    if password_file is not None:
        passwords = common.options_of(password_file, None).passwords
        if not passwords:
            raise InputError(Text(f"{password_file}：没有密码。", f"{password_file} has no password."))
        password = passwords[0]
    public = make_key(private, password)
    for path, words in (
        (private, t("私钥（自己保管，不外传）", "private key (keep it to yourself)")),
        (public_path(private), t("公钥（发给收件人）", "public key (for whoever verifies)")),
    ):
        out.print(t(f"{words}：{path}", f"{words}: {path}"), soft_wrap=True)
    out.print(t(f"指纹：{fingerprint(public)}", f"Fingerprint: {fingerprint(public)}"), soft_wrap=True)
    return OK


@key_app.command(
    "show", help=t("看公钥的指纹，与签名人当面核对", "a public key's fingerprint, to compare with its owner")
)
def show(
    public: Annotated[Path, typer.Argument(help=t("公钥文件", "the public key's file"))],
    lang: LangOption = Language.ZH,
) -> int:
    """Tell a key's fingerprint."""
    from qq_excel.papers.signing import fingerprint, load_public

    del lang
    out.print(fingerprint(load_public(public)))
    return OK
