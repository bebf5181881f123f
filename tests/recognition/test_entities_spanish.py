"""Facts that people tell in Spanish: what counts, and what must not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.recognition.entities import read_entities
from bot.recognition.finder import Finder
from bot.recognition.normalise import normalise

CASES: list[tuple[str, dict[str, Any]]] = [
    # where it happens
    ("me escribió por el insta", {"platform": ["instagram"]}),
    ("empezamos en ig y luego me pasó a tele", {"platform": ["instagram", "telegram"]}),
    ("me mandó un wasap", {"platform": ["whatsapp"]}),
    ("lo conocí por feisbuk", {"platform": ["facebook"]}),
    ("todo fue en un grupo de disc", {"platform": ["discord"]}),
    ("salió en twitter", {"platform": ["x"]}),
    ("publicó el video en x", {"platform": ["x"]}),
    ("x favor ayuda", {"platform": []}),
    ("estaba viendo la tele", {"platform": []}),
    ("le vi la cara", {"platform": []}),
    ("se me acabó la señal", {"platform": []}),
    ("mensajes de texto", {"platform": ["imessage"]}),
    ("quiere una tarjeta de steam", {"platform": [], "payment": ["gift_card"]}),
    ("hay mucha discordia en mi familia", {"platform": []}),
    # whose age
    ("tengo treinta y cinco años", {"age": [35], "age_band": ["adult"]}),
    ("tiene cuarenta y cuatro", {"age": [44]}),
    ("15", {"age": [15], "age_band": ["13_17"]}),
    ("tengo 15", {"age": [15], "age_band": ["13_17"], "audience": ["teen"]}),
    ("tengo doce años", {"age": [12], "age_band": ["under_13"], "audience": ["teen"]}),
    ("ya cumplí 20", {"age": [20], "age_band": ["adult"], "audience": ["adult"]}),
    ("casi cumplo 18", {"age": [17], "age_band": ["13_17"], "audience": ["teen"]}),
    ("soy un muchacho de 14 años", {"age": [14], "audience": ["teen"]}),
    ("soy una chica de 25", {"age": [25], "audience": ["adult"]}),
    ("tengo dieciséis y estoy asustada", {"age": [16], "audience": ["teen"]}),
    ("tiene 13", {"age": [13], "age_band": ["13_17"]}),
    ("él tiene 35 años", {"age": [35], "age_band": []}),
    ("tenía 15 en la foto y ahora tengo 22", {"age": [15, 22], "age_band": ["13_17"]}),
    ("un hombre de 40 le escribe a mi hija (13)", {"age": [40, 13], "age_band": ["13_17"]}),
    ("me dijo que tenía 16", {"age": [16], "age_band": []}),
    ("15 f", {"age": [15], "audience": ["teen"]}),
    ("tengo 3 hermanos", {"age": [], "audience": []}),
    ("tengo 20 fotos suyas", {"age": [], "audience": []}),
    ("me dio 15 minutos", {"age": []}),
    ("hace 5 años", {"age": []}),
    ("llevamos 3 años juntos", {"age": []}),
    ("el 14 de febrero", {"age": []}),
    ("son las 8", {"age": []}),
    ("me mandó 50 dólares", {"age": [], "demand": []}),
    ("estoy 90% seguro", {"age": []}),
    # who writes, and whom it is about
    ("soy mamá de una niña de 11", {"age": [11], "audience": ["parent"]}),
    ("mi hijo mayor está en problemas", {"audience": ["parent"], "relation": ["my son"]}),
    ("mi nietecita tiene nueve años", {"audience": ["parent"], "age": [9]}),
    ("tenemos dos hijos", {"audience": ["parent"]}),
    ("soy su padrastro", {"audience": ["parent"]}),
    ("qué padre está esto", {"audience": []}),
    ("su mamá es maestra", {"audience": []}),
    ("mi mamá se va a enojar", {"audience": [], "contact": []}),
    ("mi papá me va a pegar", {"audience": []}),
    ("soy la directora de un colegio", {"audience": ["educator"]}),
    ("doy clases en una primaria", {"audience": ["educator"]}),
    ("tres de mis alumnos lo hicieron", {"audience": ["educator"], "relation": ["my student"]}),
    ("soy psicóloga escolar", {"audience": ["educator"]}),
    ("le dije a mi maestra", {"audience": []}),
    ("mi amiga", {"audience": ["friend"], "relation": ["my friend"]}),
    ("a mi mejor amiga le piden fotos", {"audience": ["friend"], "demand": ["images"]}),
    ("están amenazando a mi hermana", {"audience": ["friend"], "relation": ["my friend"]}),
    ("mi primo de 13 cayó en una trampa", {"audience": ["friend"], "age": [13]}),
    ("pregunto por una amiga", {"audience": ["friend"]}),
    ("mi amiga se quiere matar", {"audience": ["friend"]}),
    ("mi amigo me mandó el link", {"audience": [], "relation": []}),
    ("mi hermana está aquí conmigo", {"audience": []}),
    ("le conté a mi amiga", {"audience": [], "relation": []}),
    ("mis amigos lo vieron todo", {"audience": []}),
    ("es mi mejor amiga", {"audience": [], "relation": []}),
    ("soy menor", {"audience": ["teen"]}),
    ("voy en segundo de secundaria", {"audience": ["teen"], "age": []}),
    ("no soy menor de edad", {"audience": ["adult"]}),
    ("me están extorsionando", {"relation": ["me"]}),
    ("hicieron fotos falsas de mí", {"relation": ["me"], "image_kind": ["ai_made"]}),
    ("tiene fotos de mi hija", {"relation": ["my daughter"]}),
    # what they want
    ("quieren que les pague", {"demand": ["money"]}),
    ("exige 300 o sube mis nudes", {"demand": ["money"], "shared_yet": ["threatened"]}),
    ("me pide más fotos", {"demand": ["images"]}),
    ("dice que le mande un video", {"demand": ["images"]}),
    ("quiere que nos juntemos en el parque", {"demand": ["meeting"]}),
    ("me obliga a hacer lo que él quiera", {"demand": ["other"]}),
    ("no me ha pedido nada", {"demand": ["nothing"]}),
    ("quiero borrar mis fotos", {"demand": []}),
    ("necesito dinero para el camión", {"demand": []}),
    ("me pidió disculpas", {"demand": []}),
    ("mi mamá tiene que pagar la renta", {"demand": []}),
    ("me dio plata", {"demand": [], "paid": []}),
    # how it is paid, and whether it was
    ("le hice un bizum", {"payment": ["cash_app"], "paid": ["yes"]}),
    ("le mandé 50 euros por paypal", {"payment": ["cash_app"], "paid": ["yes"]}),
    ("con tarjetas de itunes", {"payment": ["gift_card"]}),
    ("en usdt", {"payment": ["crypto"]}),
    ("por western union", {"payment": ["bank"]}),
    ("no le he pagado nada", {"paid": ["no"]}),
    ("no pagué", {"paid": ["no"]}),
    ("ya les pagué dos veces", {"paid": ["yes"]}),
    ("¿debería pagarle?", {"paid": [], "demand": ["money"], "remark": ["pay"]}),
    ("si no le pago lo va a publicar", {"paid": [], "shared_yet": ["threatened"]}),
    # where they live
    ("vivo en la ciudad de méxico", {"country": ["MX"]}),
    ("soy chilena", {"country": ["CL"]}),
    ("peruano", {"country": ["PE"]}),
    ("estoy en miami", {"country": ["US"]}),
    ("USA", {"country": ["US"]}),
    ("ella usa mucho el teléfono", {"country": []}),
    ("no soy de españa", {"country": []}),
    ("soy cubano pero vivo en españa", {"country": ["ES"]}),
    ("el tipo vive en colombia", {"country": []}),
    ("ella es argentina", {"country": []}),
    ("un número de marruecos", {"country": []}),
    ("ya no quito mis fotos", {"country": []}),
    ("vengo de ecuador", {"country": ["EC"]}),
    # where it happened, who did it, and whether it is out
    ("unos compañeros de mi salón", {"setting": ["school"], "contact": ["known"]}),
    ("me pasó en la chamba", {"setting": ["work"]}),
    ("trabajo mucho", {"setting": []}),
    ("en mi cuarto", {"setting": ["home"]}),
    ("no tengo internet", {"setting": []}),
    ("lo conoció por internet", {"setting": ["online"], "contact": ["online_only"]}),
    ("mi ex publicó mis fotos", {"shared_yet": ["posted"], "contact": ["known"]}),
    ("todavía no han publicado nada", {"shared_yet": ["no"]}),
    ("amenaza con subirlas", {"shared_yet": ["threatened"]}),
    ("mi padrastro me toca", {"contact": ["at_home"]}),
    ("me hicieron una cuenta falsa", {"image_kind": []}),
    # what has an answer of its own, and when a meeting is
    ("ya le conté a mi mamá", {"remark": ["good_step"]}),
    ("ya se fue", {"remark": ["safe"]}),
    ("no puedo llamar, me va a oír", {"remark": ["wont_call"]}),
    ("quiere verme mañana", {"meeting": ["later"]}),
    ("nos vemos hoy", {"meeting": ["today"]}),
    ("ayer nos vimos en su casa", {"meeting": ["happened"]}),
    ("mañana", {"meeting": ["later"]}),
    ("hoy", {"meeting": ["today"]}),
    ("ayer", {"meeting": ["happened"]}),
    ("lo va a publicar mañana", {"meeting": []}),
    ("lo conocí por internet la semana pasada", {"meeting": []}),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_a_spanish_text_tells_these_facts(
    spanish: Finder, text: str, expected: dict[str, list[Any]]
) -> None:
    found: dict[str, list[Any]] = {}
    for row in read_entities(spanish, normalise(text)):
        found.setdefault(row["entity"], []).append(row["value"])
    assert {entity: found.get(entity, []) for entity in expected} == expected
