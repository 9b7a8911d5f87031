"""The bundle: one zip that holds an attempt, its verdicts, and what anybody needs to check both (decision 0025)."""
