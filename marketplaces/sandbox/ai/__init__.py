"""AI providers simulated: their wire formats around text put together by rules.

No model is behind it, and every answer says so: `model` is MODEL.
"""

MODEL = "demo-not-a-model"
MARK = "[demo, not a model]"
