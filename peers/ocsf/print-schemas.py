"""Writes the JSON Schema of each class that we write of OCSF 1.8.0 into a folder, by class uid."""
import json
import pathlib
import sys

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
ocsf = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0"))
for uid in (2004, 2005, 7001, 7002, 7003, 7004):
    schema = ocsf.get_class_schema(ocsf.lookup_class_name_from_uid(uid), [])
    (folder / f"{uid}.json").write_text(json.dumps(schema))
