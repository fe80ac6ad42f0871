<?php
/**
 * Holds insults and spam in SPIP's public forums, as the service that `moderation serve` starts decides.
 *
 * In config/mes_options.php:
 *
 *     define('_MODERATION_URL', 'http://127.0.0.1:8085');
 *     define('_MODERATION_CLE', 'the key of this site');
 */

if (!defined('_ECRIRE_INC_VERSION')) {
	return;
}

/** Seconds that a reader waits at most. */
if (!defined('_MODERATION_DELAI')) {
	define('_MODERATION_DELAI', 5);
}

/**
 * Hold a new message of a public forum ("prop" instead of "publie") where a person should see it first.
 *
 * SPIP's form calls it with the action "instituer" before the message has a number; id_objet is the message it answers.
 */
function moderation_pre_edition($flux) {
	if (moderation_concerne($flux) && !isset($flux['args']['statut_ancien'])) {
		$flux['data'] = moderation_retenir($flux['data'], $flux['args']['id_objet'] ?? 0);
	}
	return $flux;
}

/** The same where a program, such as a form of the site's own, enters a message by SPIP's forum_inserer. */
function moderation_pre_insertion($flux) {
	if (($flux['args']['table'] ?? '') === 'spip_forum' && !empty($flux['data']['texte'])) {
		$flux['data'] = moderation_retenir($flux['data'], $flux['args']['id_parent'] ?? 0);
	}
	return $flux;
}

/**
 * Tell the service what a moderator decided: published, removed, spam.
 *
 * A removal gives no reason, so it is neither an insult nor spam.
 */
function moderation_post_edition($flux) {
	$ancien = $flux['args']['statut_ancien'] ?? '';
	if (!moderation_concerne($flux) || !$ancien || empty($GLOBALS['visiteur_session']['id_auteur'])) {
		return $flux;
	}
	$labels = array('publie' => array('removed' => false), 'off' => array('removed' => true), 'spam' => array('spam' => true));
	$statut = $flux['data']['statut'] ?? '';
	$said = ($ancien === 'spam' && $statut === 'publie') ? array('spam' => false) : ($labels[$statut] ?? array());
	$id_forum = intval($flux['args']['id_objet']);
	include_spip('base/abstract_sql');
	$message = $said ? sql_fetsel('texte, auteur, id_parent', 'spip_forum', 'id_forum=' . $id_forum) : null;
	if ($message) {
		$comment = moderation_commentaire($id_forum, $message['texte'], $message['auteur'], $message['id_parent']);
		if (moderation_demande('/v1/feedback', array('comment' => $comment, 'labels' => $said)) === null) {
			moderation_erreur("feedback on message $id_forum is lost");
		}
	}
	return $flux;
}

/** Tell whether somebody gives a message of a forum its status. */
function moderation_concerne($flux) {
	return ($flux['args']['table'] ?? '') === 'spip_forum' && ($flux['args']['action'] ?? '') === 'instituer';
}

/** Return a message with the status "prop" if SPIP would publish it and it is held. */
function moderation_retenir($champs, $id_parent) {
	if (($champs['statut'] ?? '') !== 'publie') {
		return $champs;
	}
	include_spip('inc/autoriser');
	if (!empty($GLOBALS['visiteur_session']['id_auteur']) && autoriser('modererforum')) {
		return $champs; // who may publish the message may write it
	}
	if (moderation_retient($champs, $id_parent)) {
		$champs['statut'] = 'prop';
	}
	return $champs;
}

/** Tell whether a message is held: as the service decides about it and its title; and where the service does not answer. */
function moderation_retient($champs, $id_parent) {
	$comments = array(moderation_commentaire('texte', $champs['texte'] ?? '', $champs['auteur'] ?? '', $id_parent));
	if (!empty($champs['titre'])) {
		$comments[] = moderation_commentaire('titre', $champs['titre'], $champs['auteur'] ?? '', $id_parent);
	}
	$found = moderation_demande('/v1/check', array('comments' => $comments));
	if (!isset($found['comments'][count($comments) - 1])) {
		moderation_erreur('a message is held: the service did not answer');
		return true;
	}
	$labels = array();
	foreach ($found['comments'] as $decision) {
		$labels = array_merge($labels, $decision['labels']); // a title of unknown words alone holds nothing
	}
	$held = $labels || $found['comments'][0]['action'] !== 'approve';
	if ($held) {
		spip_log('a message is held: ' . (join(', ', array_unique($labels)) ?: 'no label'), 'moderation');
	}
	return $held;
}

function moderation_erreur($message) {
	spip_log($message, 'moderation' . (defined('_LOG_ERREUR') ? '.' . _LOG_ERREUR : ''));
}

/** Return a message as the service reads it. */
function moderation_commentaire($id, $texte, $auteur, $id_parent) {
	$comment = array('id' => strval($id), 'text' => strval($texte));
	if (strval($auteur) !== '') {
		$comment['author'] = mb_substr($auteur, 0, 200);
	}
	return intval($id_parent) ? $comment + array('parent_id' => strval($id_parent)) : $comment;
}

/** Ask the service; null where it does not answer as it should. */
function moderation_demande($chemin, $valeur) {
	$corps = json_encode($valeur, JSON_INVALID_UTF8_SUBSTITUTE);
	if ($corps === false || !defined('_MODERATION_URL')) {
		return null;
	}
	$entetes = array('Content-Type: application/json');
	if (defined('_MODERATION_CLE')) {
		$entetes[] = 'Authorization: Bearer ' . _MODERATION_CLE;
	}
	$http = array('method' => 'POST', 'header' => $entetes, 'content' => $corps, 'timeout' => _MODERATION_DELAI);
	$http += array('follow_location' => 0); // the key goes nowhere else
	$reponse = @file_get_contents(_MODERATION_URL . $chemin, false, stream_context_create(array('http' => $http)));
	return $reponse === false ? null : json_decode($reponse, true);
}
