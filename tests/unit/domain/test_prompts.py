import pytest

from bulkgen.domain.prompts import final_prompt


@pytest.mark.parametrize(
    ("prefix", "suffix", "sent"),
    [
        ("", "", " a boat "),
        ("  ", "\n", " a boat "),
        ("A sketch of", "", "A sketch of  a boat "),
        ("", "Plain background.", " a boat  Plain background."),
        (" Sketch: ", " at dusk ", "Sketch:  a boat  at dusk"),
    ],
)
def test_a_prompt_is_sent_between_the_two_texts_and_stays_as_it_is(prefix, suffix, sent):
    assert final_prompt(prefix, " a boat ", suffix) == sent


@pytest.mark.parametrize("suffix", [", at dusk", ". At dusk.", "; at dusk", ": dusk", "!", "?"])
def test_a_text_that_goes_on_with_a_sign_follows_without_a_blank(suffix):
    assert final_prompt("", "a boat", suffix) == f"a boat{suffix}"
