"""Layer schemas (`data/layers`): the field table of every layer, edition by edition, and how to recognise one in a file."""

from guotu.standards.recognise import FieldHit, LayerMatch, fields, match
from guotu.standards.schemas import SurveyLayer, all_schemas, names, schema, survey_layers

__all__ = [
    "FieldHit",
    "LayerMatch",
    "SurveyLayer",
    "all_schemas",
    "fields",
    "match",
    "names",
    "schema",
    "survey_layers",
]
