#!/usr/bin/env python3
"""The list of what an image is made of is valid SPDX: it names all of Debian's packages in it and no others, its program, and the
Swift runtime in that with its version.

    sbom.py LIST PACKAGES VERSION SHA256     LIST is a file; so is PACKAGES, with "NAME VERSION" a line
"""
import json, sys

listed, packages, (version, checksum) = json.load(open(sys.argv[1])), open(sys.argv[2]).read().split("\n")[:-1], sys.argv[3:]


def wants(holds, what):
    if not holds:
        sys.exit(f"{sys.argv[1]}: {what}")


parts = {part["SPDXID"]: part for part in listed["packages"]}
wants(listed["spdxVersion"] == "SPDX-2.3" and len(parts) == len(listed["packages"]), "no SPDX 2.3, or two parts have one id")
debian = {f'{part["name"]} {part["versionInfo"]}' for part in parts.values() if part.get("supplier") == "Organization: Debian"}
wants(debian == set(packages), f"packages of Debian differ: {sorted(debian ^ set(packages))}")
wants(any(package.startswith("librdkafka1 ") for package in packages), f"librdkafka is not among {packages}")
program = parts["SPDXRef-negawatt"]
wants((program["versionInfo"], program["checksums"][0]["checksumValue"]) == (version, checksum), f"another program: {program}")
wants(parts["SPDXRef-swift"]["versionInfo"][:1].isdigit(), "the Swift runtime has no version")
named = {relation[end] for relation in listed["relationships"] for end in ("spdxElementId", "relatedSpdxElement")}
wants(named == {"SPDXRef-DOCUMENT", *parts}, f"not all parts are told how they are one: {sorted(named ^ set(parts))}")
