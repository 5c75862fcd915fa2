"""A list of bills of materials on standard input; whether their project's own reader takes each, as JSON. Argument: cyclonedx or spdx."""
import io
import json
import sys


def cyclonedx(text):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    errors = [str(error.data) for error in JsonStrictValidator(SchemaVersion.V1_7).validate_str(text, all_errors=True) or []]
    bom = json.loads(text)
    known = {each["bom-ref"] for each in bom["components"]}
    known |= {data["bom-ref"] for each in bom["components"] for data in each.get("data", [])}
    known.add(bom["metadata"].get("component", {}).get("bom-ref"))
    used = [ref for each in bom["dependencies"] for ref in [each["ref"], *each["dependsOn"]]]
    used += [each["ref"] for finding in bom["vulnerabilities"] for each in finding["affects"]]
    return errors, sorted(set(used) - known), len(bom["components"])


def spdx(text):
    from spdx_python_model import v3_0_1 as model

    objects = model.SHACLObjectSet()
    model.JSONLDDeserializer().read(io.BytesIO(text.encode()), objects)
    # Writing it again is where what must be there and is not is found.
    model.JSONLDSerializer().write(objects, io.BytesIO())
    return [], sorted(objects.missing_ids), sum(1 for _ in objects.foreach_type(model.software_Package))


def judged(bom):
    try:
        errors, lost, count = {"cyclonedx": cyclonedx, "spdx": spdx}[sys.argv[1]](json.dumps(bom))
        return {"valid": not errors and not lost, "errors": errors, "lost": lost, "count": count}
    except Exception as error:  # whatever it says against it is the answer
        return {"valid": False, "errors": [f"{type(error).__name__}: {error}"], "lost": [], "count": 0}


print(json.dumps([judged(bom) for bom in json.load(sys.stdin)]))
