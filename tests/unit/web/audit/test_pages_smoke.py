def test_smoke(desk, colleague, world):
    for path in ("/audit", "/audit/log", "/audit/log/0", "/audit/checkpoints", "/audit/looks", "/audit/tokens", "/audit/views"):
        desk.get(path)
