"""The tracing program: a core rule compiled to Python that, when it runs, also says what it does."""
