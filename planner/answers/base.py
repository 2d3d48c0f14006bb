"""What every answer is: a frozen record, printed as JSON."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, WithJsonSchema

# A number that there may be none of: NaN here, null in JSON.
Figure = Annotated[float, WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "null"}]}, mode="serialization")]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null", defer_build=True)
