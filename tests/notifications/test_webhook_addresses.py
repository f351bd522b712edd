"""Where a webhook may go: one plain writing, a public machine, and none of the ways round."""

from __future__ import annotations

import pytest

from atdemain.notifications.webhooks.addresses import BadAddress, is_public, read

#: Written forms that some parser, somewhere, takes for a machine of the inside.
TRICKS = [
    "http://hooks.exemple.fr/x",
    "ftp://hooks.exemple.fr/x",
    "file:///etc/passwd",
    "gopher://hooks.exemple.fr/x",
    "//hooks.exemple.fr/x",
    "https:hooks.exemple.fr",
    "https:///hooks.exemple.fr",
    "https://localhost/x",
    "https://localhost./x",
    "https://machine.localhost/x",
    "https://metadata.google.internal/x",
    "https://base." + "corp/x",
    "https://imprimante.local/x",
    "https://1.0.0.127.in-addr.arpa/x",
    "https://serveur/x",
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0x7f.0.0.1/x",
    "https://0177.0.0.1/x",
    "https://017700000001/x",
    "https://127.0.0.1.nip.io:443@hooks.exemple.fr/x",
    "https://10.0.0.5/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[64:ff9b::7f00:1]/x",
    "https://[fe80::1%25eth0]/x",
    "https://[::]/x",
    "https://0/x",
    "https://hooks.exemple.fr@127.0.0.1/x",
    "https://moi:secret@hooks.exemple.fr/x",
    "https://hooks.exemple.fr:x@127.0.0.1/",
    "https://hooks.exemple.fr#@127.0.0.1/x",
    "https://hooks.exemple.fr?@127.0.0.1/x",
    "https://hooks.exemple.fr\\@127.0.0.1/x",
    "https://127.0.0.1\\.hooks.exemple.fr/x",
    "https://hooks.exemple.fr./x",
    "https://hooks..exemple.fr/x",
    "https://-hooks.exemple.fr/x",
    "https://hooks_a.exemple.fr/x",
    "https://hooks.exemple.fr:0/x",
    "https://hooks.exemple.fr:65536/x",
    "https://hooks.exemple.fr:99999/x",
    "https://hooks.exemple.fr:+443/x",
    "https://hooks.exemple.fr:0443/x",
    "https://hooks.exemple.fr:/x",
    "https://hooks.exemple.fr/x#fragment",
    "https://hooks.exemple.fr/x y",
    "https://hooks.exemple.fr/x\r\nHost: 127.0.0.1",
    "https://hooks.exemple.fr/x\n",
    "https://hooks.exemple.fr\x00.127.0.0.1/x",
    "https://hooks.exemple.fr%2f127.0.0.1/x",
    "https://hooks%2eexemple.fr/x",
    "https://höoks.exemple.fr/x",
    "https://ｌｏｃａｌｈｏｓｔ/x",
    "https://①②⑦.⓪.⓪.①/x",
    "https://hooks。exemple。fr/x",
    "https://hooks.exemple.fr\u202e/x",
    "https://hoo\u212as.exemple.fr/x",
    "https://hooks.exemple.fr\u00ad/x",
    " https://hooks.exemple.fr/x",
    "https://hooks.exemple.fr/" + "x" * 500,
    "https://" + "a." * 150 + "fr/",
    "",
    "https://",
]


@pytest.mark.parametrize("url", TRICKS)
def test_an_address_written_any_other_way_than_the_plain_one_is_refused(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        read(url)
    assert str(refused.value)


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.exemple.fr", "hooks.exemple.fr", 443, "/"),
        ("https://hooks.exemple.fr/a/b?c=d&e=/f", "hooks.exemple.fr", 443, "/a/b?c=d&e=/f"),
        ("HTTPS://Hooks.Exemple.FR/Chemin", "hooks.exemple.fr", 443, "/Chemin"),
        ("https://hooks.exemple.fr:8443/", "hooks.exemple.fr", 8443, "/"),
        ("https://hooks.exemple.fr:443/x", "hooks.exemple.fr", 443, "/x"),
        ("https://xn--hoks-5qa.exemple.fr/x", "xn--hoks-5qa.exemple.fr", 443, "/x"),
    ],
)
def test_a_plain_address_is_read(url: str, host: str, port: int, path: str) -> None:
    target = read(url)
    assert (target.host, target.port, target.path) == (host, port, path)
    assert read(target.url) == target


INSIDE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1",
    "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2a00:1450:4007::1%eth0",
    "fec0::1", "ff02::1", "ff0e::1", "chose", "", "127.1", "2130706433",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_the_inside_is_never_reached(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "100.63.255.255", "172.32.0.1", "2a00:1450:4007::1", "2606:2800::1"],
)
def test_an_address_of_the_outside_is_reached(address: str) -> None:
    assert is_public(address)
