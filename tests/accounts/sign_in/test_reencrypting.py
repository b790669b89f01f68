"""The command by which second steps outlive a change of the key."""

import pytest
from django.core.management import call_command

from accounts.sign_in import second_factor


@pytest.mark.parametrize(("unreadable", "says"), [(0, False), (2, True)])
def test_it_says_what_to_do_about_those_that_nobody_can_read(monkeypatch, capsys, unreadable, says):
    monkeypatch.setattr(second_factor, "reencrypt", lambda: (3, unreadable))
    call_command("reencrypt_second_steps")
    told = capsys.readouterr().out
    assert f"Encrypted with the key of today: 3. Unreadable: {unreadable}." in told
    assert ("remove_second_steps --unreadable" in told) is says
