"""How much a model hallucinates: published metrics over captions and answers, each computed as its authors' code does.

`chair` (Rohrbach et al. 2018), `amber` (Wang et al. 2023) and `pope` (Li et al. 2023) are plain functions over plain
data; `files` reads what they need and says what is wrong with it.
"""
