"""Makes the outputs of a LiteLLM proxy coarser, for the keys that say so.

Whoever copies a model by asking it, or tests whether a record was in its training
data, lives on what is exact in its answers: log probabilities and embeddings. This
callback withholds or rounds them; the text of an answer stays as it is.

Install it beside the proxy's config.yaml and name it there:

    litellm_settings:
      callbacks: ["firebreak_output.handler"]

Then a key's metadata says what its holder gets (POST /key/update):

    {"firebreak-output": "withhold"}    no log probabilities at all
    {"firebreak-output": "round:1"}     log probabilities and embeddings to one decimal,
                                        and of the alternatives only the first

FIREBREAK_OUTPUT, in the same words, is for keys that say nothing; without it they get
what the model gives. What cannot be understood counts as `withhold`.

Rounding is deterministic on purpose: noise that is drawn anew for every answer is
averaged away by whoever asks often enough.
"""

import os

from litellm.integrations.custom_logger import CustomLogger

FIELD = "firebreak-output"
VARIABLE = "FIREBREAK_OUTPUT"


def wanted(user_api_key_dict):
    """None: as it is; "withhold"; or a number of decimals."""
    metadata = getattr(user_api_key_dict, "metadata", None) or {}
    said = metadata.get(FIELD) or os.environ.get(VARIABLE) or ""
    if said == "":
        return None
    mode, _, decimals = str(said).partition(":")
    if mode == "round" and decimals.isdigit() and int(decimals) <= 12:
        return int(decimals)
    return "withhold"


def coarsened(value, decimals, name=""):
    """The same shape with every log probability rounded; of alternatives one is left."""
    if isinstance(value, dict):
        return {key: coarsened(inner, decimals, key) for key, inner in value.items()}
    if isinstance(value, list):
        kept = value[:1] if name == "top_logprobs" else value
        return [coarsened(inner, decimals, name) for inner in kept]
    if isinstance(value, float):
        return round(value, decimals)
    return value


def coarsen(response, how):
    for choice in getattr(response, "choices", None) or []:
        found = getattr(choice, "logprobs", None)
        if found is None:
            continue
        if how == "withhold":
            choice.logprobs = None
            continue
        plain = found.model_dump() if hasattr(found, "model_dump") else found
        changed = coarsened(plain, how)
        choice.logprobs = type(found)(**changed) if hasattr(found, "model_dump") else changed
    for item in getattr(response, "data", None) or []:
        vector = item.get("embedding") if isinstance(item, dict) else getattr(item, "embedding", None)
        if not isinstance(vector, list) or how == "withhold":
            continue
        rounded = [round(number, how) for number in vector]
        if isinstance(item, dict):
            item["embedding"] = rounded
        else:
            item.embedding = rounded
    return response


class FirebreakOutput(CustomLogger):
    async def async_post_call_success_hook(self, data, user_api_key_dict, response):
        how = wanted(user_api_key_dict)
        return response if how is None else coarsen(response, how)

    async def async_post_call_streaming_iterator_hook(self, user_api_key_dict, response, request_data):
        how = wanted(user_api_key_dict)
        async for part in response:
            yield part if how is None else coarsen(part, how)


handler = FirebreakOutput()
