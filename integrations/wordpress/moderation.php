<?php
/**
 * Plugin Name: Moderation
 * Description: Asks your own moderation service instead of akismet.com, holds what a person should see, and says why.
 * Version: 1.0
 * Requires at least: 5.9
 * Requires PHP: 7.2
 * License: GPL-3.0-or-later
 *
 * A must-use plugin beside the Akismet plugin: copy this file to wp-content/mu-plugins/, and add to wp-config.php:
 *
 *     define( 'MODERATION_URL', 'https://moderation.journal.example' );
 *     define( 'MODERATION_TIMEOUT', 5 );  // seconds that a reader waits at most; may be left out
 *
 * Whatever goes wrong leaves a comment pending; Akismet's own queue asks again later.
 */

defined( 'ABSPATH' ) || exit;

final class Moderation {

	/** Comment meta: what the service said. Removed by WordPress together with the comment. */
	const META = '_moderation';

	const FRENCH = array(
		'Nothing found'        => 'Rien à signaler',
		'To be checked'        => 'À vérifier',
		'Better not published' => 'À ne pas publier',
		'insult'               => 'insulte',
		'capitals'             => 'majuscules',
		'email'                => 'adresse e-mail',
		'exclamation'          => 'points d’exclamation',
		'flood'                => 'message répété',
		'leet'                 => 'lettres remplacées par des chiffres',
		'link'                 => 'lien',
		'masked'               => 'lettres masquées',
		'money'                => 'somme d’argent',
		'phone'                => 'numéro de téléphone',
		'spaced'               => 'lettres espacées',
		'stretched'            => 'lettres répétées',
	);

	/** What was said of the comment that is being posted; null where nothing was. */
	private static $judged = null;

	/** Whether a person must see the comment that was asked about last. */
	private static $hold = false;

	/** The first failure of this page: nobody waits for a second one. */
	private static $failure = null;

	public static function start() {
		add_filter( 'pre_http_request', array( __CLASS__, 'call' ), 10, 3 );
		add_filter( 'pre_option_comment_moderation', array( __CLASS__, 'by_hand' ) );
		add_filter( 'rest_pre_insert_comment', array( __CLASS__, 'by_hand_in_rest' ), 2 ); // Akismet asks at 1
		add_action( 'comment_post', array( __CLASS__, 'keep' ) );
		add_action( 'rest_after_insert_comment', array( __CLASS__, 'keep_of_rest' ) );
		add_filter( 'manage_edit-comments_columns', array( __CLASS__, 'column' ) );
		add_action( 'manage_comments_custom_column', array( __CLASS__, 'cell' ), 10, 2 );
		add_action( 'add_meta_boxes_comment', array( __CLASS__, 'box' ) );
		add_filter( 'comment_text', array( __CLASS__, 'mark' ), 99, 2 );
		add_action( 'admin_notices', array( __CLASS__, 'notice' ) );
		// What would tell akismet.com or wordpress.com of this site: the statistics page hands them the key, and a preview of an
		// author's link its address.
		add_action( 'admin_init', array( __CLASS__, 'no_statistics' ) );
		add_filter( 'akismet_enable_mshots', '__return_false' );
		// Until somebody chooses so on Akismet's settings page, no spam is deleted unseen.
		add_filter( 'default_option_akismet_strictness', array( __CLASS__, 'keep_spam' ) );
	}

	/** Send a call of the Akismet plugin to the service. */
	public static function call( $answer, $args, $url ) {
		$host = (string) wp_parse_url( $url, PHP_URL_HOST );
		if ( ! preg_match( '/^(?:([0-9a-z]+)\.)?rest\.akismet\.com$/i', $host, $found ) ) {
			return $answer;
		}
		if ( null === self::$failure ) {
			$response = self::ask( $url, $args, isset( $found[1] ) ? $found[1] : '' );
			if ( ! is_wp_error( $response ) ) {
				return self::is_check( $url ) ? self::judge( $response, $args ) : $response;
			}
			self::$failure = $response;
		}
		self::$hold = true;
		return self::$failure;
	}

	private static function ask( $url, $args, $key ) {
		if ( '' === self::address() ) {
			return new WP_Error( 'moderation', 'MODERATION_URL is not set in wp-config.php' );
		}
		if ( '' !== $key && isset( $args['body'] ) && is_string( $args['body'] ) ) {
			$args['body'] .= '&api_key=' . rawurlencode( $key ); // before 5.0 Akismet's plugin names the key in the host only
		}
		unset( $args['headers']['Host'] ); // a proxy must see its own name
		$args['redirection'] = 0;
		$args['timeout']     = defined( 'MODERATION_TIMEOUT' ) ? (float) MODERATION_TIMEOUT : 5;
		$query               = wp_parse_url( $url, PHP_URL_QUERY );
		$path                = wp_parse_url( $url, PHP_URL_PATH ) . ( $query ? '?' . $query : '' );
		$response            = wp_remote_request( self::address() . $path, $args );
		$status              = is_wp_error( $response ) ? 200 : (int) wp_remote_retrieve_response_code( $response );
		return 200 === $status ? $response : new WP_Error( 'moderation', 'the moderation service answered with status ' . $status );
	}

	private static function address() {
		return defined( 'MODERATION_URL' ) ? untrailingslashit( (string) MODERATION_URL ) : '';
	}

	private static function is_check( $url ) {
		return '/comment-check' === substr( (string) wp_parse_url( $url, PHP_URL_PATH ), -14 );
	}

	/** Remember what an answer says of a comment; return it as Akismet's plugin understands it. */
	private static function judge( $response, $args ) {
		$held = '' !== self::header( $response, 'x-akismet-error' ) || '' !== self::header( $response, 'x-akismet-recheck-after' );
		$body = wp_remote_retrieve_body( $response );
		if ( $held && 'true' !== $body ) {
			$response['body'] = 'false'; // a retry that may not be published is answered with neither, which would stop the queue
		}
		self::$hold   = $held || 'false' !== $body;
		self::$judged = self::reasons( $response, $held );
		$body_sent    = isset( $args['body'] ) && is_string( $args['body'] ) ? $args['body'] : '';
		if ( preg_match( '/(?:^|&)comment_ID=(\d+)(?:&|$)/', $body_sent, $found ) ) { // one that is there already
			self::keep( (int) $found[1] );
		}
		return $response;
	}

	private static function reasons( $response, $held ) {
		$action = self::header( $response, 'x-moderation-action' );
		if ( ! in_array( $action, array( 'approve', 'review', 'reject' ), true ) ) {
			return null;
		}
		$scores = json_decode( self::header( $response, 'x-moderation-score' ), true );
		$rows   = json_decode( rawurldecode( self::header( $response, 'x-moderation-words' ) ), true );
		$rows   = array_filter( is_array( $rows ) ? $rows : array(), 'is_array' );
		return array(
			'action'  => 'approve' === $action && $held ? 'review' : $action,
			'scores'  => array_map( 'floatval', is_array( $scores ) ? $scores : array() ),
			'words'   => self::texts( array_column( $rows, 'text' ) ),
			'markers' => self::texts( array_column( $rows, 'marker' ) ),
		);
	}

	private static function header( $response, $name ) {
		$found = wp_remote_retrieve_header( $response, $name );
		return is_array( $found ) ? (string) reset( $found ) : (string) $found; // an array where it came twice
	}

	private static function texts( $values ) {
		return array_values( array_unique( array_filter( $values, 'is_string' ) ) );
	}

	/** WordPress's setting "a comment must be approved by hand" is on for a comment that a person must see. */
	public static function by_hand( $value ) {
		return self::$hold ? '1' : $value;
	}

	/** In its REST API WordPress decides before Akismet has been asked. */
	public static function by_hand_in_rest( $comment ) {
		if ( is_array( $comment ) && self::$hold && ! current_user_can( 'moderate_comments' )
			&& isset( $comment['comment_approved'] ) && '1' === (string) $comment['comment_approved'] ) {
			$comment['comment_approved'] = '0';
		}
		return $comment;
	}

	public static function keep( $id ) {
		if ( null !== self::$judged ) {
			update_comment_meta( $id, self::META, wp_slash( self::$judged ) );
			self::$judged = null;
		}
	}

	public static function keep_of_rest( $comment ) {
		self::keep( $comment->comment_ID );
	}

	// What a moderator sees

	public static function column( $columns ) {
		return current_user_can( 'moderate_comments' ) ? $columns + array( 'moderation' => 'Moderation' ) : $columns;
	}

	public static function cell( $column, $id ) {
		$found = get_comment_meta( $id, self::META, true );
		if ( 'moderation' !== $column || ! is_array( $found ) ) {
			return;
		}
		$titles = array( 'approve' => 'Nothing found', 'review' => 'To be checked', 'reject' => 'Better not published' );
		$scores = array();
		foreach ( $found['scores'] as $label => $score ) {
			$scores[] = self::say( $label ) . ' ' . round( 100 * $score ) . ' %';
		}
		$reasons = array();
		foreach ( $found['words'] as $word ) {
			$reasons[] = '« ' . $word . ' »';
		}
		$reasons = array_merge( $reasons, array_map( array( __CLASS__, 'say' ), $found['markers'] ) );
		$lines   = array_filter( array( implode( ', ', $reasons ), implode( ', ', $scores ) ) );
		echo '<strong>' . esc_html( self::say( $titles[ $found['action'] ] ) ) . '</strong>';
		echo wp_kses( '<br>' . implode( '<br>', array_map( 'esc_html', $lines ) ), array( 'br' => array() ) );
	}

	public static function box() {
		add_meta_box( 'moderation', 'Moderation', array( __CLASS__, 'box_content' ), 'comment', 'normal' );
	}

	public static function box_content( $comment ) {
		self::cell( 'moderation', $comment->comment_ID );
	}

	/** Mark the words that speak against a comment, for moderators in wp-admin: some themes load comments through it. */
	public static function mark( $html, $comment = null ) {
		$shown = $comment && is_admin() && current_user_can( 'moderate_comments' );
		$found = $shown ? get_comment_meta( $comment->comment_ID, self::META, true ) : null;
		if ( ! is_array( $found ) || 'approve' === $found['action'] || ! $found['words'] ) {
			return $html;
		}
		usort( $found['words'], array( __CLASS__, 'longest_first' ) );
		$words   = array_map( array( __CLASS__, 'pattern' ), $found['words'] );
		$pattern = '/(?<![\p{L}\p{N}])(?:' . implode( '|', $words ) . ')(?![\p{L}\p{N}])/iu';
		$parts   = wp_html_split( $html );
		foreach ( $parts as $place => $part ) {
			$marked          = '' === $part || '<' === $part[0] ? null : preg_replace( $pattern, '<mark>$0</mark>', $part );
			$parts[ $place ] = null === $marked ? $part : $marked;
		}
		return implode( '', $parts );
	}

	private static function longest_first( $one, $other ) {
		return strlen( $other ) - strlen( $one );
	}

	private static function pattern( $word ) {
		return preg_quote( esc_html( $word ), '/' );
	}

	private static function say( $text ) {
		$french = 0 === strncmp( get_user_locale(), 'fr', 2 );
		return $french && isset( self::FRENCH[ $text ] ) ? self::FRENCH[ $text ] : $text;
	}

	/** Say what is missing: without the Akismet plugin and a key nothing is checked at all. */
	public static function notice() {
		$missing = array_filter(
			array(
				'MODERATION_URL in wp-config.php' => '' === self::address(),
				'the active plugin Akismet'       => ! class_exists( 'Akismet' ),
				'the key in Akismet’s settings'   => class_exists( 'Akismet' ) && ! Akismet::get_api_key(),
			)
		);
		if ( $missing && current_user_can( 'manage_options' ) ) {
			$text = 'Moderation: missing ' . implode( ', ', array_keys( $missing ) ) . '.';
			echo '<div class="notice notice-error"><p>' . esc_html( $text ) . '</p></div>';
		}
	}

	public static function no_statistics() {
		$asked = isset( $_GET['page'], $_GET['view'] ) ? array( $_GET['page'], $_GET['view'] ) : array();
		if ( array( 'akismet-key-config', 'stats' ) === $asked ) {
			wp_safe_redirect( admin_url( 'options-general.php?page=akismet-key-config' ) );
			exit;
		}
	}

	public static function keep_spam() {
		return '0';
	}
}

Moderation::start();
