"""How far judges can be relied on without gold: what sways them, and how far they agree."""
