"""Where candidates come from, one source a file, and how each can be told to work."""

HOW = {
    "adversarial": ("false_premise", "false_detail", "distraction"),
    "edit": ("paraphrase", "back_translation", "style", "remove_information", "counterfactual"),
    "degrade": ("drop_words", "swap_words", "replace_words", "repeat", "truncate"),
    "alter": ("count", "colour", "size", "material", "position", "distance", "action", "emotion"),
    "distort": ("blank", "blur", "noise", "shuffle", "swap"),
}
