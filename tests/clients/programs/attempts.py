"""What a call gives, or what the client raises instead."""


def attempt(call, *arguments, **options):
    try:
        return call(*arguments, **options)
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}
